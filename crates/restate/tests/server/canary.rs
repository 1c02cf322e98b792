//! What Restate's server stores, and what the processes log, is searched for what must not be there.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use mx_nexus::identity::Identification;
use mx_nexus_restate::Outcome;
use mx_nexus_sandbox::Sandbox;

use crate::processes::{API_KEY, QUICK, Stack, answer, answer_until_done, until_asked};

/// A wrong answer is sent as any other.
const ANSWER: &str = "CANARYANSWER-93b2c6a1";

pub(crate) async fn no_secret_and_no_personal_data_is_stored(server: PathBuf) {
    let sandbox = Sandbox::builder().job_time(Duration::from_millis(400));
    let mut stack = Stack::start(&server, "canary", sandbox)
        .await
        .with_workers(1, QUICK)
        .await;
    let client = stack.client::<Identification>();
    let mut texts = vec![API_KEY.to_owned(), ANSWER.to_owned()];
    stack.identify("canary-wrong", "challenge").await;
    until_asked(&client, "canary-wrong").await;
    let challenges = client.questions("canary-wrong").await.unwrap().unwrap();
    texts.extend(
        challenges
            .iter()
            .map(|challenge| challenge.label().to_owned()),
    );
    let journaled = challenges.iter().next().unwrap().guid().to_string();
    answer(&client, "canary-wrong", ANSWER).await.unwrap();
    let outcome = client.outcome("canary-wrong").await.unwrap();
    assert!(
        matches!(outcome, Outcome::Failed { .. }),
        "MX got the answer: {outcome:?}"
    );

    stack.identify("canary-flow", "challenge").await;
    let outcome = answer_until_done(&client, "canary-flow").await;
    let Outcome::Done { handle, .. } = outcome else {
        panic!("{outcome:?}");
    };
    for owner in client.result(&handle).await.unwrap() {
        let fields = [owner.owner_name, owner.address, owner.email, owner.phone];
        texts.extend(fields.iter().flatten().map(|text| text.to_string()));
    }
    // Sessions are opened by tokens; their names are enough.
    texts.extend(["MD-API-KEY".to_owned(), "api_token".to_owned()]);
    println!("  {} texts that must not be stored", texts.len());
    assert!(
        texts.len() > 8 && texts.iter().all(|text| text.len() > 5),
        "{texts:?}"
    );
    // SIGTERM, so that everything is written to the files.
    stack.server.terminate().await;
    stack.workers[0].terminate().await;

    let (mut bytes, mut is_journaled) = (0, false);
    for file in stack.files() {
        let content = fs::read(&file).unwrap();
        bytes += content.len();
        // The search finds what a step has journaled.
        is_journaled |= contains(&content, &journaled);
        for text in &texts {
            assert!(!contains(&content, text), "{} has {text:?}", file.display());
        }
    }
    println!("  searched {} KiB", bytes / 1024);
    assert!(is_journaled, "the search finds nothing at all");
}

fn contains(content: &[u8], text: &str) -> bool {
    content
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}
