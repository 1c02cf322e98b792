//! Session leases on a runtime that shuts down, on an idle one and without one.

use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio::runtime::{Builder, Runtime};

use super::*;

fn runtime(paused: bool) -> Runtime {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(paused).build().unwrap()
}

/// Polls a caller once; it must be pending.
async fn ask(mut caller: Pin<&mut impl Future<Output = Result<Lease, Error>>>) {
    poll_fn(|context| {
        assert!(caller.as_mut().poll(context).is_pending());
        Poll::Ready(())
    })
    .await;
}

#[test]
fn runtime_shutdown_fails_the_waiting_callers_and_the_next_call_works() {
    let (bank, sessions) = Bank::taking(Duration::from_millis(5)).sessions();
    let (doomed, survivor) = (runtime(false), runtime(false));
    let mut waiting = pin!(sessions.lease());
    doomed.block_on(async { timeout(Duration::ZERO, sessions.lease()).await.unwrap_err() });
    survivor.block_on(ask(waiting.as_mut()));

    let handle = doomed.handle().clone();
    drop(doomed);
    assert_error(&survivor.block_on(waiting), &unanswered());
    {
        let _inside = handle.enter();
        let mut caller = pin!(sessions.lease());
        let answer = caller
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(refused) = answer else {
            panic!("waits for a runtime that is gone");
        };
        assert_error(&refused, &unanswered());
    }
    assert_eq!(survivor.block_on(token(&sessions)), "secret-2");
    assert_eq!(bank.spent(), 2);
}

#[test]
fn exchange_on_an_idle_runtime_times_out_and_does_not_replace_the_next() {
    let (bank, sessions) = Bank::default().sessions();
    let idle = runtime(false);
    idle.block_on(ask(pin!(sessions.lease())));
    // Built after the exchange was started, so that its paused clock does not lag behind.
    let busy = runtime(true);

    let given_up = busy.block_on(sessions.lease());
    given_up.expect_err("the exchange never ran");
    assert_eq!(busy.block_on(sessions.lease()).unwrap().generation, 2);
    idle.block_on(async { sleep(Duration::from_millis(5)).await });
    assert_eq!(bank.spent(), 2, "the first exchange ran after all");
    assert_eq!(busy.block_on(sessions.lease()).unwrap().generation, 2);
}

#[test]
fn lease_outside_a_runtime_is_an_error() {
    let (bank, sessions) = Bank::default().sessions();
    let mut caller = pin!(sessions.lease());
    let answer = caller
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(answer, Poll::Ready(Err(_))));
    assert_eq!(runtime(true).block_on(token(&sessions)), "secret-1");
    assert_eq!(bank.spent(), 1);
}
