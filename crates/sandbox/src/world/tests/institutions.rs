//! Institutions.

use super::*;

fn search(desk: &Desk, institution: Value, query: &[(&str, &str)]) -> (u16, Value) {
    let mut call = desk.nexus("searchInstitutions");
    for (name, value) in query {
        call = call.asking(name, value);
    }
    desk.send(call.body(json!({"institution": institution})))
}

#[tokio::test(start_paused = true)]
async fn institutions_are_searched_by_name_in_pages() {
    let desk = Desk::new();
    let (_, body) = search(&desk, json!({"name": "mx bank"}), &[]);
    let names = body["institutions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bank| &bank["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["MX Bank", "MX Bank (OAuth)"]);
    let (_, first) = search(&desk, json!({"name": ""}), &[]);
    assert_eq!(first["institutions"].as_array().unwrap().len(), 25);
    let total = first["pagination_data"]["total_records_found"]
        .as_u64()
        .unwrap();
    let (_, second) = search(&desk, json!({"name": ""}), &[("page", "2")]);
    let rest = second["pagination_data"]["records_on_current_page"]
        .as_u64()
        .unwrap();
    assert_eq!((25 + rest, rest > 0), (total, true));
    let (_, all) = search(&desk, json!({"name": ""}), &[("records_per_page", "1000")]);
    assert_eq!(all["institutions"].as_array().unwrap().len() as u64, total);
    let (status, body) = search(&desk, json!({}), &[]);
    assert_eq!((status, &body["error"]["code"]), (400, &json!(4001)));
}

#[tokio::test(start_paused = true)]
async fn institutions_are_filtered() {
    let desk = Desk::new();
    let codes = |institution: Value, query: &[(&str, &str)]| {
        let (_, body) = search(&desk, institution, query);
        let found = body["institutions"].as_array().unwrap().iter();
        found
            .map(|bank| bank["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let without = json!({"name": "", "supports_account_identification": false});
    assert_eq!(codes(without, &[]), ["sandbox_savings"]);
    let canada = [("iso_country_code[]", "CA")];
    assert_eq!(
        codes(json!({"name": ""}), &canada),
        ["sandbox_credit_union"]
    );
    let by_url = json!({"url": "sandbox-bank"});
    assert_eq!(codes(by_url, &[]), ["sandbox_bank"]);
    let both = json!({"name": "mx", "supports_transaction_history": true});
    assert_eq!(codes(both, &[]), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn institutions_are_read_with_their_credentials() {
    let desk = Desk::new();
    for bank in institutions() {
        let at = |operation| desk.nexus(operation).at("institution_guid", &bank.guid);
        let (_, read) = desk.send(at("readInstitution"));
        assert_eq!(read["institution"]["code"], bank.code);
        let (_, listed) = desk.send(at("listInstitutionCredentials"));
        assert_eq!(
            listed["credentials"].as_array().unwrap().len(),
            bank.fields.len()
        );
    }
    for operation in ["readInstitution", "listInstitutionCredentials"] {
        let call = desk.nexus(operation).at("institution_guid", "INS-0");
        assert_eq!(desk.send(call).0, 404);
    }
    let guids: std::collections::HashSet<&str> = institutions()
        .iter()
        .map(|bank| bank.guid.as_str())
        .collect();
    assert_eq!(guids.len(), institutions().len());
}

#[tokio::test(start_paused = true)]
async fn mx_bank_is_the_documented_one() {
    let desk = Desk::new();
    let guid = "INS-1572a04c-912b-59bf-5841-332c7dfafaef";
    let call = desk.nexus("listInstitutionCredentials");
    let (_, body) = desk.send(call.at("institution_guid", guid));
    let login = &body["credentials"][0];
    assert_eq!(login["guid"], "CRD-9f61fb4c-912c-bd1e-b175-ccc7f0275cc1");
    assert_eq!(
        (&login["field_type"], &login["label"]),
        (&json!(3), &json!("Username"))
    );
    assert_eq!(body["credentials"][1]["field_type_name"], "PASSWORD");
}

#[tokio::test(start_paused = true)]
async fn the_list_is_csv_with_a_row_for_each() {
    let desk = Desk::new();
    let (_, csv) = desk.send(desk.nexus("listInstitutions"));
    let csv = csv.as_str().unwrap();
    assert_eq!(csv.lines().count(), institutions().len() + 1);
    let columns = csv.lines().next().unwrap().split(',').count();
    assert!(csv.lines().all(|line| line.split(',').count() == columns));
}
