//! The workflows as Restate knows them: one of each kind, with the same handlers.

use restate_sdk::endpoint::{Builder, Endpoint};
use restate_sdk::prelude::{
    ContextPromises, ContextReadState, HandlerError, Json, SharedWorkflowContext, TerminalError,
    WorkflowContext,
};

use crate::messages::{Answered, OpenQuestions, Outcome, Request, Status};
use crate::step::Calls;
use crate::workflow::{self, GIVE_UP, OPEN, STATUS};

/// All workflows.
pub(crate) fn bind(calls: Calls) -> Builder {
    Endpoint::builder()
        .bind(Identification(calls.clone()))
        .bind(Verification(calls.clone()))
        .bind(Aggregation(calls.clone()))
        .bind(BalanceCheck(calls.clone()))
        .bind(ExtendedHistory(calls))
}

/// Declares the workflow of a kind of job. Restate's macro takes no generic name, so the handlers are written once here.
macro_rules! workflow {
    ($name:ident, $kind:path) => {
        struct $name(Calls);

        // No step is as long as the timeout; an outage of all workers may be longer than the default of about an hour.
        #[restate_sdk::workflow(
            client_visibility = "pub(self)",
            inactivity_timeout = "5m",
            invocation_retry_policy(
                initial_interval = "100ms",
                factor = 2.0,
                max_interval = "30s",
                max_attempts = 1000000,
                on_max_attempts = "pause"
            )
        )]
        impl $name {
            /// Runs a job to its end.
            #[handler]
            async fn run(
                &self,
                context: WorkflowContext<'_>,
                request: Json<Request>,
            ) -> Result<Json<Outcome>, HandlerError> {
                workflow::run::<$kind>(&context, &self.0, request.into_inner()).await
            }

            /// How far the job has come.
            #[handler]
            async fn status(
                &self,
                context: SharedWorkflowContext<'_>,
            ) -> Result<Json<Option<Status>>, HandlerError> {
                status(&context).await
            }

            /// What is needed to read and answer the open questions.
            #[handler]
            async fn questions(
                &self,
                context: SharedWorkflowContext<'_>,
            ) -> Result<Json<Option<OpenQuestions>>, HandlerError> {
                questions(&context).await
            }

            /// The answers were sent to MX.
            #[handler]
            async fn answered(
                &self,
                context: SharedWorkflowContext<'_>,
                answered: Json<Answered>,
            ) -> Result<(), HandlerError> {
                resolve(&context, answered.into_inner()).await
            }

            /// No user will answer: the job ends at the open question, or at the next one.
            #[handler]
            async fn give_up(
                &self,
                context: SharedWorkflowContext<'_>,
            ) -> Result<(), HandlerError> {
                context.resolve_promise(GIVE_UP, true);
                Ok(())
            }
        }
    };
}

workflow!(Identification, mx_nexus::identity::Identification);
workflow!(Verification, mx_nexus::verification::Verification);
workflow!(Aggregation, mx_nexus::aggregation::Aggregation);
workflow!(BalanceCheck, mx_nexus::balance::BalanceCheck);
workflow!(ExtendedHistory, mx_nexus::history::ExtendedHistory);

async fn status(context: &SharedWorkflowContext<'_>) -> Result<Json<Option<Status>>, HandlerError> {
    let status = context.get::<Json<Status>>(STATUS).await?;
    Ok(Json(status.map(Json::into_inner)))
}

async fn questions(
    context: &SharedWorkflowContext<'_>,
) -> Result<Json<Option<OpenQuestions>>, HandlerError> {
    let open = context.get::<Json<OpenQuestions>>(OPEN).await?;
    Ok(Json(open.map(Json::into_inner)))
}

/// Wakes the workflow, unless the round is over already.
async fn resolve(
    context: &SharedWorkflowContext<'_>,
    answered: Answered,
) -> Result<(), HandlerError> {
    let open = questions(context).await?.into_inner();
    let Some(open) = open.filter(|open| open.round == answered.round) else {
        return Ok(());
    };
    if open.handle.member() != answered.handle.member()
        || open.handle.kind() != answered.handle.kind()
    {
        return Err(TerminalError::new_with_code(400, "the handle is of another job").into());
    }
    context.resolve_promise(&workflow::answers_to(answered.round), Json(answered.handle));
    Ok(())
}
