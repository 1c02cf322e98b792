//! A client of the state, in place of the router.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::*;
use crate::fault::Lag;
use mx_nexus::operations::Operation;

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// The state, and a session of a user.
pub(super) struct TestClient {
    pub(super) store: Store,
    pub(super) session: String,
}

/// An empty call.
pub(super) fn call(api: Api, operation: &str) -> Call {
    let named = |known: &&Operation| known.id == operation;
    Call {
        api,
        operation: api.operations().iter().find(named).unwrap(),
        path: Default::default(),
        query: Vec::new(),
        headers: HeaderMap::new(),
        body: Value::Null,
        has_pages: true,
        lag: None,
    }
}

impl Call {
    pub(super) fn at(mut self, name: &'static str, value: &str) -> Self {
        self.path.insert(name, value.to_owned());
        self
    }

    pub(super) fn asking(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(super) fn with(mut self, header: &'static str, value: &str) -> Self {
        let name = HeaderName::from_static(header);
        self.headers
            .insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    pub(super) fn lagging(mut self, lag: Lag) -> Self {
        self.lag = Some(lag);
        self
    }

    pub(super) fn body(mut self, body: Value) -> Self {
        self.body = body;
        self
    }
}

/// The status and the JSON of a reply.
pub(super) fn status_and_body(mut reply: Reply) -> (u16, Value) {
    let _ = reply.body.json_mut();
    let body = match reply.body {
        Body::Serialised(_) => unreachable!("it was read as JSON"),
        Body::Json(body) => body,
        Body::Empty => Value::Null,
        Body::Bytes { bytes, .. } => json!(String::from_utf8(bytes).unwrap()),
    };
    (reply.status.as_u16(), body)
}

impl TestClient {
    /// A state where jobs take two seconds and the user `ada` has a session.
    pub(super) fn new() -> Self {
        Self::with(Settings::default())
    }

    pub(super) fn with(settings: Settings) -> Self {
        let mut client = Self {
            store: Store::new(settings),
            session: String::new(),
        };
        client.add_user("ada");
        client.session = client.open_session("ada");
        client
    }

    /// The same state with a session of another user.
    pub(super) fn other(&self) -> Self {
        let mut client = Self {
            store: self.store.clone(),
            session: String::new(),
        };
        client.add_user("bruno");
        client.session = client.open_session("bruno");
        client
    }

    /// The reply of the handlers.
    pub(super) fn reply(&self, principal: &Principal, call: &Call) -> Option<Reply> {
        let user = principal.user();
        self.store.handle(user.as_deref(), call.lag, |state| {
            crate::handlers::reply(state, principal, call)
        })
    }

    /// Sends a call, and checks the reply against the document.
    pub(super) fn send(&self, mut call: Call) -> (u16, Value) {
        let principal = match self.store.authorise(&mut call) {
            Ok(principal) => principal,
            Err(refusal) => {
                schema_check::check(&call, &refusal);
                return status_and_body(refusal);
            }
        };
        let reply = self.reply(&principal, &call);
        let mut reply = reply.unwrap_or_else(|| panic!("{} has no state", call.operation.id));
        let _ = reply.body.json_mut();
        schema_check::check(&call, &reply);
        status_and_body(reply)
    }

    /// A call of a partner.
    pub(super) fn partner(&self, api: Api, operation: &str) -> Call {
        let client = self.store.client_id();
        let key = self.store.api_key(&client).unwrap();
        let call = call(api, operation).at("client_id", &client);
        match api {
            Api::Atrium => call
                .with("mx-api-key", key.expose())
                .with("mx-client-id", &client),
            _ => call.with("md-api-key", key.expose()),
        }
    }

    /// A call of the user.
    pub(super) fn nexus(&self, operation: &str) -> Call {
        call(Api::Nexus, operation).with("md-session-token", &self.session)
    }

    /// A call about a member.
    pub(super) fn of(&self, member: &str, operation: &str) -> Call {
        self.nexus(operation).at("member_guid", member)
    }

    pub(super) fn add_user(&self, id: &str) {
        let body = json!({"user": {"id": id}});
        let (status, _) = self.send(self.partner(Api::Mdx, "createUser").body(body));
        assert_eq!(status, 200);
    }

    pub(super) fn api_token(&self, id: &str) -> String {
        let call = self.partner(Api::Sso, "getApiToken").at("user_id", id);
        let (status, body) = self.send(call);
        assert_eq!(status, 200);
        body["api_token"]["token"].as_str().unwrap().to_owned()
    }

    pub(super) fn spend(&self, token: &str, body: Value) -> (u16, Value) {
        let call = call(Api::Nexus, "createSession");
        self.send(call.with("md-api-token", token).body(body))
    }

    pub(super) fn open_session(&self, id: &str) -> String {
        let without_aggregation = json!({"session": {"skip_aggregation": true}});
        let (status, body) = self.spend(&self.api_token(id), without_aggregation);
        assert_eq!(status, 200);
        body["session"]["token"].as_str().unwrap().to_owned()
    }

    /// Creates a member with these entries, in the order of the institution's fields.
    pub(super) fn request(&self, code: &str, entries: &[&str], more: Value) -> (u16, Value) {
        let bank = institutions()
            .iter()
            .find(|bank| bank.code == code)
            .unwrap();
        let credentials = bank
            .fields
            .iter()
            .zip(entries)
            .map(|(field, value)| json!({"credential_guid": field.guid, "value": value}));
        let mut member = json!({
            "institution_guid": bank.guid,
            "credentials": credentials.collect::<Value>(),
            "skip_aggregation": true,
        });
        for (name, value) in more.as_object().unwrap() {
            member[name] = value.clone();
        }
        self.send(self.nexus("createMember").body(json!({"member": member})))
    }

    /// A member without a job, at the bank with this code and with this password.
    pub(super) fn member(&self, code: &str, password: &str) -> String {
        let (status, body) = self.request(code, &["mxuser", password, "east"], json!({}));
        assert_eq!(status, 200, "{body}");
        body["member"]["guid"].as_str().unwrap().to_owned()
    }

    pub(super) fn start(&self, member: &str, operation: &str) -> (u16, Value) {
        let (status, body) = self.send(self.of(member, operation));
        (status, body["member"].clone())
    }

    pub(super) fn read(&self, member: &str) -> Value {
        let (status, body) = self.send(self.of(member, "readMember"));
        assert_eq!(status, 200, "{body}");
        body["member"].clone()
    }

    /// The status, and whether the member is being aggregated.
    pub(super) fn status(&self, member: &str) -> (String, bool) {
        let read = self.read(member);
        let status = read["connection_status"].as_str().unwrap().to_owned();
        (status, read["is_being_aggregated"].as_bool().unwrap())
    }

    /// Identifies a member, waits until an ordinary job must have ended or asked, and returns the status.
    pub(super) async fn identify(&self, member: &str) -> String {
        let (status, body) = self.start(member, "identifyMember");
        assert_eq!(status, 200, "{body}");
        advance(3 * SECOND).await;
        self.status(member).0
    }

    pub(super) fn challenges(&self, member: &str) -> Vec<Value> {
        let (_, body) = self.send(self.of(member, "listMemberChallenges"));
        body["challenges"].as_array().unwrap().clone()
    }

    /// Gives the same answer to all open challenges.
    pub(super) fn answer(&self, member: &str, value: &str) -> (u16, Value) {
        let open = self.challenges(member);
        let answers = open
            .iter()
            .map(|open| json!({"guid": open["guid"], "value": value}));
        self.resume(member, answers.collect())
    }

    pub(super) fn resume(&self, member: &str, answers: Value) -> (u16, Value) {
        let body = json!({"member": {"challenges": answers}});
        self.send(self.of(member, "resumeAggregation").body(body))
    }

    pub(super) fn owners(&self, member: &str) -> Vec<Value> {
        let (status, body) = self.send(self.of(member, "listAccountOwners"));
        assert_eq!(status, 200);
        body["account_owners"].as_array().unwrap().clone()
    }
}
