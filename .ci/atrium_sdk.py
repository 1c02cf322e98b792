"""Drives the sandbox's Atrium with MX's SDK; see .ci/atrium-sdk."""

import json
import os
import time

import atrium

ENVIRONMENT = os.environ["MX_ENVIRONMENT"] + "/atrium"
CLIENT = os.environ["MX_CLIENT_ID"]

called = []
unknown = set()


def compare(place, sent, decoded):
    """Fails unless the SDK decoded what was sent. Fields that it does not know are only listed."""
    if isinstance(sent, list):
        assert len(sent) == len(decoded), place
        for index, item in enumerate(sent):
            compare(f"{place}[{index}]", item, decoded[index])
    elif isinstance(sent, dict):
        names = {name: attribute for attribute, name in decoded.attribute_map.items()}
        for name, value in sent.items():
            if name in names:
                compare(f"{place}.{name}", value, getattr(decoded, names[name]))
            else:
                unknown.add(f"{type(decoded).__name__}.{name}")
    else:
        same_type = type(sent) is type(decoded) or {type(sent), type(decoded)} == {int, float}
        assert same_type and sent == decoded, f"{place}: {sent!r} was sent, {decoded!r} was decoded"


def call(api, operation, *arguments, **options):
    """The decoded answer of an operation of the SDK."""
    answer = getattr(api, operation)(*arguments, **options)
    called.append(operation)
    text = api.api_client.last_response.data
    if answer is not None and text:
        compare(operation, json.loads(text), answer)
    return answer


def settled(mx, member, user):
    """The status of a member whose job has ended or waits for answers."""
    for _ in range(200):
        read = call(mx.members, "read_member_status", member, user).member
        if not read.is_being_aggregated or read.connection_status == "CHALLENGED":
            return read
        time.sleep(0.02)
    raise AssertionError("the job does not end")


def new_member(mx, user, code, password):
    """The guid of a new member without a job."""
    fields = call(mx.institutions, "read_institution_credentials", code).credentials
    entries = {"LOGIN": "test_atrium", "PASSWORD": password}
    request = atrium.MemberCreateRequest(
        institution_code=code,
        skip_aggregation=True,
        credentials=[atrium.CredentialRequest(guid=one.guid, value=entries[one.type]) for one in fields],
    )
    made = call(mx.members, "create_member", user, atrium.MemberCreateRequestBody(member=request)).member
    assert (made.connection_status, made.is_being_aggregated) == ("CREATED", False), made
    return made.guid


def identify(mx, user):
    """An identification at MX Bank with a choice as its challenge. Returns the member."""
    found = call(mx.institutions, "list_institutions", name="MX Bank").institutions
    member = new_member(mx, user, found[0].code, "options")
    started = call(mx.identity, "identify_member", member, user).member
    assert (started.status, started.is_being_aggregated) == ("INITIATED", True), started
    read = settled(mx, member, user)
    assert (read.connection_status, read.status) == ("CHALLENGED", "CHALLENGED"), read
    listed = call(mx.members, "list_member_mfa_challenges", member, user).challenges
    assert [one.guid for one in listed] == [one.guid for one in read.challenges], read
    right = next(option.value for option in listed[0].options if option.value == "correct")
    answer = atrium.CredentialRequest(guid=listed[0].guid, value=right)
    answers = atrium.MemberResumeRequestBody(member=atrium.MemberResumeRequest(challenges=[answer]))
    assert call(mx.members, "resume_member", member, user, answers).member.connection_status == "RESUMED"
    read = settled(mx, member, user)
    assert (read.connection_status, read.status) == ("CONNECTED", "COMPLETED"), read
    assert read.has_processed_accounts and read.challenges is None, read
    assert call(mx.members, "list_member_mfa_challenges", member, user).challenges is None
    owners = call(mx.identity, "list_account_owners", member, user).account_owners
    assert owners and all(owner.owner_name for owner in owners), owners
    print(f"identified, with {len(owners)} owners")
    return member


def verify(mx, user, member):
    call(mx.verification, "verify_member", member, user)
    read = settled(mx, member, user)
    if read.connection_status == "CHALLENGED":
        answer = {"guid": read.challenges[0].guid, "value": "correct"}
        call(mx.members, "resume_member", member, user, {"member": {"challenges": [answer]}})
        read = settled(mx, member, user)
    assert read.status == "COMPLETED", read
    numbers = call(mx.verification, "list_account_numbers", member, user).account_numbers
    assert numbers and all(one.account_number for one in numbers), numbers
    print(f"verified, with {len(numbers)} numbers")
    return numbers[0].account_guid


def refuse(status, method, *arguments):
    """Fails unless the call is refused with this status."""
    try:
        method(*arguments)
    except atrium.rest.ApiException as refusal:
        assert refusal.status == status, refusal
    else:
        raise AssertionError(f"{status} is expected")


def refusals(mx, user, member):
    answers = {"member": {"challenges": [{"guid": "CRD-1", "value": "x"}]}}
    refuse(404, mx.users.read_user, "USR-1")
    refuse(405, mx.members.resume_member, member, user, answers)
    refuse(409, mx.users.create_user, {"user": {"identifier": "judged"}})


def other_operations(mx, user, member, account):
    """The operations that are not part of a workflow above."""
    second = new_member(mx, user, "sandbox_bank", "any")
    for name in ["aggregate_member", "aggregate_member_balances", "extend_history"]:
        call(mx.members, name, second, user)
        assert settled(mx, second, user).status == "COMPLETED"
    call(mx.statements, "fetch_statements", second, user)
    for name in ["list_member_accounts", "list_member_credentials", "list_member_transactions", "read_member"]:
        call(mx.members, name, second, user)
    call(mx.members, "update_member", second, user, body={"member": {"metadata": "{}"}})
    call(mx.members, "list_members", user)
    oauth = {"member": {"institution_code": "mx_bank_oauth", "is_oauth": True}}
    oauth = call(mx.members, "create_member", user, oauth).member
    assert oauth.connection_status == "PENDING", oauth
    call(mx.members, "read_o_auth_window_uri", oauth.guid, user)
    transactions = call(mx.transactions, "list_user_transactions", user).transactions
    assert transactions
    call(mx.transactions, "read_transaction", transactions[0].guid, user)
    sent = {"transactions": [{"description": "SAMPLE COFFEE 00017", "amount": 3.5, "type": "DEBIT"}]}
    call(mx.transactions, "cleanse_and_categorize_transactions", sent)
    assert call(mx.accounts, "list_user_accounts", user).accounts
    call(mx.accounts, "read_account", account, user)
    call(mx.accounts, "read_account_by_member_guid", account, member, user)
    call(mx.accounts, "list_account_transactions", account, user)
    call(mx.verification, "list_account_numbers_by_account", account, user)
    call(mx.holdings, "list_holdings", user)
    call(mx.holdings, "list_holdings_by_account", account, user)
    call(mx.holdings, "list_holdings_by_member", member, user)
    call(mx.holdings, "read_holding", "HOL-1", user)
    call(mx.institutions, "read_institution", "mxbank")
    call(mx.merchants, "list_merchants")
    call(mx.merchants, "read_merchant", "MCH-1")
    call(mx.merchants, "list_merchant_locations", "MCH-1")
    call(mx.merchants, "read_merchant_location", "MCH-1", "MCL-1")
    call(mx.statements, "list_member_statements", member, user)
    call(mx.statements, "read_member_statement", member, user, "STA-1")
    # The SDK cannot write the bytes to its file with Python 3.
    pdf = mx.statements.download_statement_pdf(member, user, "STA-1", _preload_content=False)
    called.append("download_statement_pdf")
    assert pdf.data.startswith(b"%PDF"), pdf.data
    call(mx.connect_widget, "get_connect_widget", user, {"mode": "verification"})
    call(mx.users, "read_user", user)
    call(mx.users, "update_user", user, body={"user": {"metadata": "{}"}})
    call(mx.users, "list_users")
    call(mx.members, "delete_member", second, user)
    call(mx.users, "delete_user", user)


def main():
    mx = atrium.AtriumClient(os.environ["MX_API_KEY"], CLIENT, ENVIRONMENT)
    made = call(mx.users, "create_user", {"user": {"identifier": "judged", "metadata": "{}"}}).user
    user = made.guid
    empty = call(mx.members, "list_members", user)
    assert empty.members == [] and empty.pagination.total_entries == 0 and empty.pagination.total_pages == 1, empty
    member = identify(mx, user)
    account = verify(mx, user, member)
    refusals(mx, user, member)
    other_operations(mx, user, member, account)
    # The last, because all clients of the SDK share the headers.
    refuse(401, atrium.AtriumClient("wrong", CLIENT, ENVIRONMENT).users.list_users)
    print(f"decoded {len(called)} answers of {len(set(called))} operations")
    print("fields that the SDK does not know:", *sorted(unknown), sep="\n  ")
    assert len(set(called)) == 48, "an operation of the SDK was not called"


main()
