//! Jobs of the state machine alone, without requests.

use std::hint::black_box;

use mx_nexus::jobs::machine::{Directive, Machine, Observation, OtherJob, Reading};

use super::bodies::JOBS;

/// How often each job is read.
pub(crate) const READINGS: u32 = 20;

/// Drives jobs from their baseline to their end.
pub(crate) fn run(jobs: u32) {
    let member = "MBR-7c6f361b-e582-15b6-60c0-358f12466b4b".into();
    let reading = |job: &str, time: &str, is_being_aggregated| Reading {
        status: Some("CONNECTED".into()),
        is_being_aggregated: Some(is_being_aggregated),
        job: Some(job.into()),
        aggregated_at: Some(time.into()),
        successfully_aggregated_at: Some(time.into()),
        is_manual: false,
    };
    for _ in 0..jobs {
        let mut machine = Machine::new(&member, OtherJob::Wait);
        for number in 0..READINGS {
            let job = JOBS[usize::from(number > 0)];
            let time = if number > 0 {
                "2026-11-28T09:00:00Z"
            } else {
                "2026-11-27T09:00:00Z"
            };
            let is_running = number > 0 && number + 1 < READINGS;
            machine.observe(Observation::Member(reading(job, time, is_running)));
            if black_box(machine.directive()) == Directive::Start {
                machine.observe(Observation::Sending);
                machine.observe(Observation::Started(reading(job, time, true)));
            }
        }
        assert_eq!(machine.directive(), Directive::ReadResult);
    }
}
