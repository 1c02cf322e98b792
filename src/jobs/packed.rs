//! A job that waits, in little memory: a fleet may hold a hundred thousand.
//!
//! What every waiting job has is written into one piece of memory. The fields are listed once, in [`State::fields`], which writes
//! or reads them. A text that occurs again, such as the guid of a job, is written once. The format of a *saved* job is another
//! one, in `saved.rs`.

use std::ops::Range;

use super::api::{KindName, Options};
use super::directive::{OtherJob, Phase};
use super::handle::JobHandle;
use super::machine::Machine;
use super::proof::{Answered, Proof};
use super::reading::Reading;
use crate::operations::Api;
use crate::values::{ConnectionStatus, InstitutionGuid, MemberGuid};

/// The phases in which a job waits or is about to make a call. In the others it is not packed.
const PHASES: [Phase; 8] = [
    Phase::Baseline,
    Phase::Start,
    Phase::Sent,
    Phase::OtherJob,
    Phase::Follow,
    Phase::Result,
    Phase::List { is_anew: false },
    Phase::List { is_anew: true },
];

/// What is packed of a job.
pub(super) struct State {
    pub(super) handle: JobHandle,
    pub(super) message: Option<String>,
    pub(super) institution: Option<InstitutionGuid>,
    /// The status in the last event of the fleet.
    pub(super) reported: Option<ConnectionStatus>,
}

/// A packed [`State`].
pub(super) struct Packed {
    bytes: Box<[u8]>,
    api: Api,
    kind: KindName,
    options: Options,
    other_job: OtherJob,
    check_institution: bool,
}

impl Packed {
    /// Whether a job with this handle can be packed.
    pub(super) fn fits(handle: &JobHandle) -> bool {
        PHASES.contains(&handle.machine.phase)
    }

    /// Packs a state that [fits](Self::fits).
    pub(super) fn new(mut state: State) -> Self {
        let handle = &state.handle;
        let (api, kind, options) = (handle.api, handle.kind, handle.options);
        let (other_job, check_institution) = (handle.machine.other_job, handle.check_institution);
        let mut writer = Writer::default();
        state.fields(&mut writer);
        Self {
            bytes: writer.bytes.into(),
            api,
            kind,
            options,
            other_job,
            check_institution,
        }
    }

    pub(super) fn unpack(&self) -> State {
        let mut state = State {
            handle: JobHandle {
                api: self.api,
                kind: self.kind,
                user: None,
                member: no_member(),
                options: self.options,
                check_institution: self.check_institution,
                machine: Machine::default(),
            },
            message: None,
            institution: None,
            reported: None,
        };
        state.handle.machine.other_job = self.other_job;
        state.fields(&mut Reader {
            bytes: &self.bytes,
            at: 0,
            texts: Vec::new(),
        });
        state
    }
}

fn no_member() -> MemberGuid {
    String::new().into()
}

impl State {
    /// Writes or reads every field that a [`Packed`] does not hold itself.
    fn fields(&mut self, codec: &mut impl Codec) {
        let JobHandle {
            api: _,
            kind: _,
            user,
            member,
            options: _,
            check_institution: _,
            machine,
        } = &mut self.handle;
        codec.text(user);
        let mut guid = Some(std::mem::replace(member, no_member()));
        codec.text(&mut guid);
        *member = guid.unwrap_or_else(no_member);
        codec.text(&mut self.message);
        codec.text(&mut self.institution);
        status_field(codec, &mut self.reported);
        machine_fields(codec, machine);
    }
}

fn machine_fields(codec: &mut impl Codec, machine: &mut Machine) {
    let Machine {
        other_job: _,
        phase,
        proof,
        answered,
        polls,
        empty_reads,
        reposts,
        refusals,
        refused_reads,
        is_blocked,
        is_sent,
        is_start_lost,
        is_throttled,
        unknown_status,
        has_failed,
        is_spent,
    } = machine;
    codec.one_of(&PHASES, phase);
    proof_fields(codec, proof);
    codec.list(answered);
    codec.count(polls);
    for count in [empty_reads, reposts, refusals, refused_reads] {
        codec.count(count);
    }
    for flag in [
        is_blocked,
        is_sent,
        is_start_lost,
        is_throttled,
        has_failed,
        is_spent,
    ] {
        codec.flag(flag);
    }
    codec.text(unknown_status);
}

fn proof_fields(codec: &mut impl Codec, proof: &mut Proof) {
    let Proof {
        baseline,
        earlier_jobs,
        is_joined,
        our_job,
        our_start,
        has_run,
        answered,
        has_own_status,
        is_static,
        last,
        repeats,
    } = proof;
    codec.option(baseline, reading_fields);
    codec.list(earlier_jobs);
    codec.text(our_job);
    codec.text(our_start);
    codec.option(answered, answered_fields);
    codec.option(last, reading_fields);
    codec.count(repeats);
    for flag in [is_joined, has_run, has_own_status, is_static] {
        codec.flag(flag);
    }
}

fn answered_fields<C: Codec>(codec: &mut C, answered: &mut Answered) {
    let Answered {
        was_running,
        has_run,
        is_lost,
    } = answered;
    for flag in [was_running, has_run, is_lost] {
        codec.flag(flag);
    }
}

fn reading_fields<C: Codec>(codec: &mut C, reading: &mut Reading) {
    let Reading {
        status,
        is_being_aggregated,
        job,
        aggregated_at,
        successfully_aggregated_at,
        is_manual,
    } = reading;
    codec.option(is_being_aggregated, C::flag);
    codec.text(job);
    codec.text(aggregated_at);
    codec.text(successfully_aggregated_at);
    codec.flag(is_manual);
    status_field(codec, status);
}

fn status_field(codec: &mut impl Codec, status: &mut Option<ConnectionStatus>) {
    let mut unknown = match status {
        Some(ConnectionStatus::Unknown(name)) => Some(std::mem::take(name)),
        _ => None,
    };
    codec.text(&mut unknown);
    if let Some(name) = unknown {
        *status = Some(ConnectionStatus::Unknown(name));
        return;
    }
    let mut is_some = status.is_some();
    codec.flag(&mut is_some);
    if is_some {
        let status = status.get_or_insert(ConnectionStatus::Created);
        codec.one_of(ConnectionStatus::KNOWN, status);
    }
}

/// Writes fields, or reads them.
trait Codec {
    fn number(&mut self, number: &mut u64);

    fn text<T: AsRef<str> + From<String>>(&mut self, text: &mut Option<T>);

    fn count<T: Copy + Into<u64> + TryFrom<u64>>(&mut self, count: &mut T) {
        let mut number = (*count).into();
        self.number(&mut number);
        *count = T::try_from(number).unwrap_or(*count);
    }

    fn flag(&mut self, flag: &mut bool) {
        let mut number = u64::from(*flag);
        self.number(&mut number);
        *flag = number == 1;
    }

    fn one_of<T: Clone + PartialEq>(&mut self, all: &[T], value: &mut T) {
        let position = all.iter().position(|it| it == value);
        let mut number = position.unwrap_or_default() as u64;
        self.number(&mut number);
        let found = usize::try_from(number).ok().and_then(|it| all.get(it));
        if let Some(found) = found {
            value.clone_from(found);
        }
    }

    fn option<T: Default>(&mut self, value: &mut Option<T>, fields: impl Fn(&mut Self, &mut T)) {
        let mut is_some = value.is_some();
        self.flag(&mut is_some);
        if is_some {
            fields(self, value.get_or_insert_default());
        }
    }

    fn list<T: AsRef<str> + From<String>>(&mut self, list: &mut Vec<T>) {
        let mut items = std::mem::take(list).into_iter();
        let mut length = items.len() as u64;
        self.number(&mut length);
        for _ in 0..length {
            let mut item = items.next();
            self.text(&mut item);
            list.extend(item);
        }
    }
}

/// A text is 0 for none, `2 * length + 1` and its bytes, or `2 * number + 2` for one of the texts before it.
#[derive(Default)]
struct Writer {
    bytes: Vec<u8>,
    texts: Vec<Range<usize>>,
}

impl Codec for Writer {
    /// Seven bits a byte, the lowest first; the eighth is set where more follow.
    fn number(&mut self, number: &mut u64) {
        let mut rest = *number;
        while rest >= 0x80 {
            self.bytes.push(rest.to_le_bytes()[0] | 0x80);
            rest >>= 7;
        }
        self.bytes.push(rest.to_le_bytes()[0]);
    }

    fn text<T: AsRef<str> + From<String>>(&mut self, text: &mut Option<T>) {
        let Some(text) = text else {
            return self.number(&mut 0);
        };
        let text = text.as_ref().as_bytes();
        let mut before = self.texts.iter();
        let is_same = |range: &Range<usize>| self.bytes.get(range.clone()) == Some(text);
        if let Some(number) = before.position(is_same) {
            return self.number(&mut (2 * number as u64 + 2));
        }
        self.number(&mut (2 * text.len() as u64 + 1));
        let start = self.bytes.len();
        self.bytes.extend_from_slice(text);
        self.texts.push(start..self.bytes.len());
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    texts: Vec<Range<usize>>,
}

impl Codec for Reader<'_> {
    fn number(&mut self, number: &mut u64) {
        *number = 0;
        for byte in self.bytes.iter().skip(self.at).zip((0..63).step_by(7)) {
            let (byte, shift) = byte;
            self.at += 1;
            *number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return;
            }
        }
    }

    fn text<T: AsRef<str> + From<String>>(&mut self, text: &mut Option<T>) {
        let mut number = 0;
        self.number(&mut number);
        let Some(number) = usize::try_from(number)
            .ok()
            .and_then(|it| it.checked_sub(1))
        else {
            return *text = None;
        };
        let range = if number % 2 == 0 {
            let range = self.at..self.at + number / 2;
            self.at = range.end;
            self.texts.push(range.clone());
            Some(range)
        } else {
            self.texts.get(number / 2).cloned()
        };
        let bytes = range.and_then(|range| self.bytes.get(range));
        *text = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned().into());
    }
}
