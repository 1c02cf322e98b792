//! Institutions.

use super::*;

fn search(client: &TestClient, institution: Value, query: &[(&str, &str)]) -> (u16, Value) {
    let mut call = client.nexus("searchInstitutions");
    for (name, value) in query {
        call = call.asking(name, value);
    }
    client.send(call.body(json!({"institution": institution})))
}

#[tokio::test(start_paused = true)]
async fn search_by_name_is_paged() {
    let client = TestClient::new();
    let (_, body) = search(&client, json!({"name": "mx bank"}), &[]);
    let names = body["institutions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|bank| &bank["name"]);
    assert_eq!(names.collect::<Vec<_>>(), ["MX Bank", "MX Bank (OAuth)"]);
    let (_, first) = search(&client, json!({"name": ""}), &[]);
    assert_eq!(first["institutions"].as_array().unwrap().len(), 25);
    let total = first["pagination_data"]["total_records_found"]
        .as_u64()
        .unwrap();
    let (_, second) = search(&client, json!({"name": ""}), &[("page", "2")]);
    let rest = second["pagination_data"]["records_on_current_page"]
        .as_u64()
        .unwrap();
    assert_eq!((25 + rest, rest > 0), (total, true));
    let (_, all) = search(
        &client,
        json!({"name": ""}),
        &[("records_per_page", "1000")],
    );
    assert_eq!(all["institutions"].as_array().unwrap().len() as u64, total);
    let (status, body) = search(&client, json!({}), &[]);
    assert_eq!((status, &body["error"]["code"]), (400, &json!(4001)));
}

#[tokio::test(start_paused = true)]
async fn search_filters_by_support_country_and_url() {
    let client = TestClient::new();
    let codes = |institution: Value, query: &[(&str, &str)]| {
        let (_, body) = search(&client, institution, query);
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
async fn every_institution_is_read_with_its_credentials() {
    let client = TestClient::new();
    for bank in institutions() {
        let at = |operation| client.nexus(operation).at("institution_guid", &bank.guid);
        let (_, read) = client.send(at("readInstitution"));
        assert_eq!(read["institution"]["code"], bank.code);
        let (_, listed) = client.send(at("listInstitutionCredentials"));
        assert_eq!(
            listed["credentials"].as_array().unwrap().len(),
            bank.fields.len()
        );
    }
    for operation in ["readInstitution", "listInstitutionCredentials"] {
        let call = client.nexus(operation).at("institution_guid", "INS-0");
        assert_eq!(client.send(call).0, 404);
    }
    let guids: std::collections::HashSet<&str> = institutions()
        .iter()
        .map(|bank| bank.guid.as_str())
        .collect();
    assert_eq!(guids.len(), institutions().len());
}

#[tokio::test(start_paused = true)]
async fn mx_bank_has_the_documented_credentials() {
    let client = TestClient::new();
    let guid = "INS-1572a04c-912b-59bf-5841-332c7dfafaef";
    let call = client.nexus("listInstitutionCredentials");
    let (_, body) = client.send(call.at("institution_guid", guid));
    let login = &body["credentials"][0];
    assert_eq!(login["guid"], "CRD-9f61fb4c-912c-bd1e-b175-ccc7f0275cc1");
    assert_eq!(
        (&login["field_type"], &login["label"]),
        (&json!(3), &json!("Username"))
    );
    assert_eq!(body["credentials"][1]["field_type_name"], "PASSWORD");
}

#[tokio::test(start_paused = true)]
async fn list_is_csv_with_a_row_per_institution() {
    let client = TestClient::new();
    let (_, csv) = client.send(client.nexus("listInstitutions"));
    let csv = csv.as_str().unwrap();
    assert_eq!(csv.lines().count(), institutions().len() + 1);
    let columns = csv.lines().next().unwrap().split(',').count();
    assert!(csv.lines().all(|line| line.split(',').count() == columns));
}
