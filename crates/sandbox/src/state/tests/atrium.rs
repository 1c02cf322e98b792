use super::*;
use crate::settings::JobKind;

/// Members and institutions are those of Nexus, which have more fields.
#[tokio::test(start_paused = true)]
async fn lists_of_atrium_have_its_own_fields_only() {
    let client = TestClient::new();
    let user = client.store.add_atrium_user("ada").unwrap();
    let member = crate::world::Member::new("ada").after(JobKind::Identification);
    let member = client.store.add_atrium_member(&user, &member).unwrap();
    for (operation, key) in [
        ("listUsers", "users"),
        ("listInstitutions", "institutions"),
        ("listMembers", "members"),
        ("listUserAccounts", "accounts"),
        ("listAccountOwners", "account_owners"),
    ] {
        let mut call = client.partner(Api::Atrium, operation);
        for (name, value) in [("user_guid", &user), ("member_guid", &member)] {
            if call.operation.path.contains(name) {
                call = call.at(name, value);
            }
        }
        let (status, listed) = client.send(call);
        assert_eq!(status, 200, "{operation}");
        assert_ne!(listed[key], json!([]), "{operation}");
    }
}
