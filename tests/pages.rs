//! Paged lists over HTTP: the requests, which answers end a list, and wrong answers.

#![allow(clippy::unwrap_used, reason = "set-up fails by panicking")]

use futures_core::Stream;
use httpmock::{Mock, MockServer};
use mx_nexus::api::{Client, types};
use mx_nexus::pages::{Page, Paged};
use mx_nexus::{Environment, Error, ErrorKind, Nexus, RetryPolicy};
use serde_json::{Value, json};

async fn client(server: &MockServer) -> Client {
    let nexus = Nexus::builder(Environment::custom(server.base_url()))
        .retry(RetryPolicy::off())
        .build()
        .unwrap();
    nexus
        .with_session_token("test_session")
        .api()
        .await
        .unwrap()
}

/// A list that a function returns without its client.
async fn owned(
    server: &MockServer,
) -> impl Stream<Item = Result<types::TagResponse, Error>> + Send + 'static + use<> {
    client(server).await.list_tags().page(2).owned().items()
}

#[tokio::test]
async fn owned_list_outlives_its_client_and_keeps_its_parameters() {
    use futures_util::TryStreamExt as _;
    let server = MockServer::start_async().await;
    let pages = json!({"pagination": {"total_pages": 3}});
    let mocks = [2, 3].map(|page| serve(&server, page, &tags(page, &pages)));
    let items = tokio::spawn(owned(&server).await.try_collect::<Vec<_>>());
    let names: Vec<String> = items
        .await
        .unwrap()
        .unwrap()
        .into_iter()
        .map(|tag| tag.name.unwrap().into())
        .collect();
    assert_eq!(names, ["2a", "2b", "3a", "3b"]);
    for mock in mocks {
        mock.assert();
    }
}

/// The list of tags with `paging` beside two tags named after the page.
fn tags(page: i64, paging: &Value) -> Value {
    let mut body = json!({"tags": [{"name": format!("{page}a")}, {"name": format!("{page}b")}]});
    if let (Value::Object(body), Value::Object(paging)) = (&mut body, paging) {
        body.extend(paging.clone());
    }
    body
}

fn serve<'a>(server: &'a MockServer, page: i64, body: &Value) -> Mock<'a> {
    server.mock(|when, then| {
        when.method("GET")
            .path("/tags")
            .query_param("page", page.to_string());
        then.status(200)
            .header("content-type", "application/vnd.mx.nexus.v1+json")
            .json_body(body.clone());
    })
}

/// Reads a list of tags to its end; after the end `next` keeps returning `None`.
async fn read(client: &Client) -> (Vec<String>, Option<Error>) {
    let mut items = client.list_tags().items();
    let mut names = Vec::new();
    let mut failure = None;
    while let Some(item) = items.next().await {
        assert!(failure.is_none(), "an item follows an error");
        match item {
            Ok(tag) => names.push(String::from(tag.name.unwrap())),
            Err(error) => failure = Some(error),
        }
    }
    assert!(items.next().await.is_none());
    (names, failure)
}

fn pagination(current: &Value, total: &Value) -> Value {
    json!({"pagination": {"current_page": current, "per_page": 2, "total_entries": 6, "total_pages": total}})
}

fn pagination_data(current: i64, total: i64) -> Value {
    json!({"pagination_data": {
        "current_page": current, "records_on_current_page": 2, "total_pages": total, "total_records_found": 6,
    }})
}

#[tokio::test]
async fn list_ends_at_the_total_of_either_paging_object() {
    let forms: [fn(i64) -> Value; 2] = [
        |page| pagination(&json!(page), &json!(3)),
        |page| pagination_data(page, 3),
    ];
    for form in forms {
        let server = MockServer::start_async().await;
        let pages = [1, 2, 3, 4].map(|page| serve(&server, page, &tags(page, &form(page))));
        let (names, error) = read(&client(&server).await).await;
        assert_eq!(names, ["1a", "1b", "2a", "2b", "3a", "3b"]);
        assert!(error.is_none());
        assert_eq!(pages.map(|page| page.calls()), [1, 1, 1, 0]);
    }
}

#[tokio::test]
async fn list_without_a_paging_object_is_one_page() {
    for nothing in [
        json!({}),
        json!({"pagination": null}),
        json!({"pagination": {}}),
    ] {
        let server = MockServer::start_async().await;
        let pages = [1, 2].map(|page| serve(&server, page, &tags(page, &nothing)));
        let (names, error) = read(&client(&server).await).await;
        assert_eq!(
            (names, error.is_none()),
            (vec!["1a".into(), "1b".into()], true)
        );
        assert_eq!(pages.map(|page| page.calls()), [1, 0]);
    }
}

#[tokio::test]
async fn empty_page_ends_the_list_with_any_page_number() {
    for current in [json!(0), json!(1), json!(null)] {
        for tags in [json!([]), json!(null)] {
            let server = MockServer::start_async().await;
            let mut body = pagination(&current, &json!(7));
            body["tags"] = tags;
            let first = serve(&server, 1, &body);
            let (names, error) = read(&client(&server).await).await;
            assert!(names.is_empty() && error.is_none(), "{body}");
            assert_eq!(first.calls(), 1);
        }
    }
}

#[tokio::test]
async fn missing_or_too_small_total_ends_the_list() {
    // The total on the first page, and the number of pages read.
    for (total, wanted) in [
        (json!(null), 2),
        (json!(0), 1),
        (json!(-1), 1),
        (json!(1), 1),
    ] {
        let server = MockServer::start_async().await;
        let first = serve(&server, 1, &tags(1, &pagination(&json!(1), &total)));
        let second = serve(&server, 2, &tags(2, &pagination(&json!(2), &json!(1))));
        let (names, error) = read(&client(&server).await).await;
        assert_eq!(names.len(), wanted * 2, "{total}");
        assert!(error.is_none());
        assert_eq!(first.calls() + second.calls(), wanted, "{total}");
    }
}

#[tokio::test]
async fn repeated_page_is_a_decode_error() {
    for total in [json!(null), json!(1000)] {
        let server = MockServer::start_async().await;
        let stuck = server.mock(|when, then| {
            when.path("/tags");
            then.json_body(tags(1, &pagination(&json!(1), &total)));
        });
        let (names, error) = read(&client(&server).await).await;
        let error = error.unwrap();
        assert_eq!(names, ["1a", "1b"]);
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(
            error.to_string(),
            "listTags failed: requested page 2, and page 1 came"
        );
        assert_eq!(stuck.calls(), 2);
    }
}

#[tokio::test]
async fn error_is_returned_after_the_items_before_it() {
    let server = MockServer::start_async().await;
    serve(&server, 1, &tags(1, &pagination(&json!(1), &json!(3))));
    let broken = server.mock(|when, then| {
        when.path("/tags").query_param("page", "2");
        then.status(503).body("<html>");
    });
    let third = serve(&server, 3, &tags(3, &pagination(&json!(3), &json!(3))));
    let (names, error) = read(&client(&server).await).await;
    let error = error.unwrap();
    assert_eq!(names, ["1a", "1b"]);
    assert_eq!(error.status(), Some(503));
    assert!(error.is_transient());
    assert_eq!((broken.calls(), third.calls()), (1, 0));
}

#[tokio::test]
async fn pages_returns_whole_bodies() {
    let server = MockServer::start_async().await;
    for page in 1..=2 {
        serve(
            &server,
            page,
            &tags(page, &pagination(&json!(page), &json!(2))),
        );
    }
    let client = client(&server).await;
    let mut pages = client.list_tags().pages();
    let mut seen = Vec::new();
    while let Some(page) = pages.next().await {
        let page: types::TagsResponseBody = page.unwrap();
        let total = page.pagination.as_ref().unwrap().total_entries;
        seen.push((
            page.current_page(),
            page.total_pages(),
            page.items().len(),
            total,
        ));
    }
    assert_eq!(
        seen,
        [
            (Some(1), Some(2), 2, Some(6)),
            (Some(2), Some(2), 2, Some(6))
        ]
    );
}

#[tokio::test]
async fn parameters_are_sent_with_every_page() {
    let server = MockServer::start_async().await;
    let pages = [1, 2, 3].map(|page| {
        server.mock(|when, then| {
            when.path("/members/MBR-1/transactions")
                .query_param("from_date", "2026-01-01")
                .query_param("records_per_page", "10")
                .query_param("page", page.to_string());
            then.json_body(json!({
                "transactions": [{"guid": format!("TRN-{page}")}],
                "pagination": {"current_page": page, "total_pages": 3},
            }));
        })
    });
    let client = client(&server).await;
    let list = client
        .list_member_transactions()
        .member_guid("MBR-1")
        .from_date("2026-01-01")
        .records_per_page(10)
        .page(2);
    for mut items in [list.clone().items(), list.items().from_page(2)] {
        let mut guids = Vec::new();
        while let Some(item) = items.next().await {
            guids.push(item.unwrap().guid.unwrap().to_string());
        }
        assert_eq!(guids, ["TRN-2", "TRN-3"]);
    }
    assert_eq!(pages.map(|page| page.calls()), [0, 2, 2]);
}

#[tokio::test]
async fn criteria_in_a_body_are_sent_with_every_page() {
    let server = MockServer::start_async().await;
    let pages = [1, 2].map(|page| {
        server.mock(|when, then| {
            when.method("POST")
                .path("/institutions/search")
                .query_param("page", page.to_string())
                .json_body(json!({"institution": {"name": "bank"}}));
            then.json_body(json!({
                "institutions": [{"code": "mxbank"}],
                "pagination": {"current_page": page, "total_pages": 2},
            }));
        })
    });
    let client = client(&server).await;
    let body: types::InstitutionRequestBody =
        serde_json::from_value(json!({"institution": {"name": "bank"}})).unwrap();
    let mut items = client.search_institutions().body(body).items();
    while let Some(item) = items.next().await {
        item.unwrap();
    }
    assert_eq!(pages.map(|page| page.calls()), [1, 1]);
}

#[tokio::test]
async fn incomplete_list_call_is_one_error_and_sends_nothing() {
    let server = MockServer::start_async().await;
    let client = client(&server).await;
    for mut items in [
        client.list_member_transactions().items(),
        client
            .list_member_transactions()
            .member_guid("MBR-1")
            .page(u64::MAX)
            .items(),
    ] {
        let error = items.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(items.next().await.is_none());
    }
}

#[tokio::test]
async fn streams_are_send_unpin_and_implement_stream() {
    fn is_stream(_: &(impl Stream<Item = Result<types::TagResponse, Error>> + Send + Unpin)) {}
    let server = MockServer::start_async().await;
    serve(&server, 1, &tags(1, &json!({})));
    let client = client(&server).await;
    let reader = tokio::spawn(async move {
        let mut items = client.list_tags().items();
        is_stream(&items);
        items.next().await.unwrap().unwrap().name
    });
    assert_eq!(reader.await.unwrap().as_deref(), Some("1a"));
}
