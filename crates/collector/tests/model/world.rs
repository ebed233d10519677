//! Devices, network and collector together, and what must be true of them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::TestCaseError;
use survey::answers::Answer;
use survey::response::{Batch, Receipt, Response, Status};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::collector::{Collector, Time};
use crate::device::Device;
use crate::{DEVICES, Event};

/// A request on its way.
#[derive(Clone)]
struct Request {
    device: usize,
    boot: u32,
    batch: Vec<Response>,
}

/// An answer on its way back.
struct Answered {
    request: Request,
    receipts: Vec<Receipt>,
}

/// Everything there is.
pub struct World {
    time: Time,
    devices: Vec<Device>,
    requests: Vec<Request>,
    answers: Vec<Answered>,
    collector: Collector,
    /// What the collector has said to be stored, each content once, whether anybody heard it or not.
    stored: BTreeMap<Uuid, Vec<Response>>,
}

/// What a group of the index must hold.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    responses: u64,
    overall: [u64; 5],
}

fn take<T>(from: &mut Vec<T>, which: Index) -> Option<T> {
    (!from.is_empty()).then(|| from.remove(which.index(from.len())))
}

impl World {
    /// Devices without ratings, a collector without data.
    pub fn new() -> Self {
        let time = Time::default();
        Self {
            devices: (1..).take(DEVICES).map(Device::new).collect(),
            requests: Vec::new(),
            answers: Vec::new(),
            collector: Collector::new(&time),
            stored: BTreeMap::new(),
            time,
        }
    }

    /// Lets one event happen.
    pub async fn step(&mut self, event: Event) -> Result<(), TestCaseError> {
        self.time.pass();
        let now = self.time.now();
        match event {
            Event::Rate(device, dossier) => self.devices[device].rate(now, dossier),
            Event::Answer(device) => self.devices[device].answer(now),
            Event::Finish(device) => self.devices[device].finish(now),
            Event::Leave(device) => self.devices[device].leave(),
            Event::Reboot(device) => self.devices[device].reboot(),
            Event::Clock(device, ahead) => self.devices[device].set_clock(ahead),
            Event::Send(device, most) => self.send(device, most),
            Event::Deliver { request, stays } => {
                if let Some(request) = take(&mut self.requests, request) {
                    if stays {
                        self.requests.push(request.clone());
                    }
                    self.deliver(vec![request]).await?;
                }
            }
            Event::Storm => {
                let once = std::mem::take(&mut self.requests);
                self.deliver([once.clone(), once].concat()).await?;
            }
            Event::LoseRequest(request) => drop(take(&mut self.requests, request)),
            Event::Hear(answer) => {
                if let Some(answer) = take(&mut self.answers, answer) {
                    self.hear(&answer);
                }
            }
            Event::LoseAnswer(answer) => drop(take(&mut self.answers, answer)),
            Event::Restart => self.collector.restart(),
        }
        Ok(())
    }

    fn send(&mut self, device: usize, most: usize) {
        let sender = &self.devices[device];
        let batch = sender.batch(most);
        if !batch.is_empty() {
            self.requests.push(Request {
                device,
                boot: sender.boot,
                batch,
            });
        }
    }

    /// Lets requests arrive at the same moment; their answers are then on their way.
    async fn deliver(&mut self, requests: Vec<Request>) -> Result<(), TestCaseError> {
        let mut arriving = JoinSet::new();
        for request in requests {
            let unit = &self.devices[request.device].unit;
            let receipts = self.collector.receive(unit, request.batch.clone());
            arriving.spawn(async move {
                Answered {
                    receipts: receipts.await,
                    request,
                }
            });
        }
        let answers = arriving.join_all().await;
        self.witness(&answers)?;
        self.answers.extend(answers);
        Ok(())
    }

    fn hear(&mut self, answer: &Answered) {
        let device = &mut self.devices[answer.request.device];
        if device.boot == answer.request.boot {
            device.hear(self.time.now(), &answer.request.batch, &answer.receipts);
        }
    }

    /// One receipt per response; `stored` once for each content, and only in the place of an earlier revision that was
    /// partial; `duplicate` only for what is stored in this or a later revision; and nothing that our devices send is ever
    /// rejected.
    fn witness(&mut self, answers: &[Answered]) -> Result<(), TestCaseError> {
        let mut told = Vec::new();
        for Answered { request, receipts } in answers {
            prop_assert_eq!(receipts.len(), request.batch.len());
            told.extend(request.batch.iter().zip(receipts));
        }
        // Of answers given at the same moment, those that stored came first, and earlier revisions before later ones.
        told.sort_by_key(|(response, receipt)| {
            (receipt.status != Status::Stored, response.revision)
        });
        for (response, receipt) in told {
            prop_assert_eq!(response.id, receipt.id);
            let stored = self.stored.entry(response.id).or_default();
            match receipt.status {
                Status::Stored => {
                    prop_assert!(
                        stored
                            .iter()
                            .all(|other| other.partial && other.revision < response.revision),
                        "stored twice, or over what is whole: {response:?}"
                    );
                    stored.push(response.clone());
                }
                Status::Duplicate => prop_assert!(
                    stored
                        .iter()
                        .any(|other| other == response || other.revision > response.revision),
                    "said to be there already, and was not: {response:?}"
                ),
                Status::Rejected => prop_assert!(false, "rejected: {receipt:?}"),
            }
        }
        Ok(())
    }

    /// The line becomes good: what is on its way arrives, everybody sends until nothing is left, and late copies of
    /// all that was on its way arrive after that.
    pub async fn settle(&mut self) -> Result<(), TestCaseError> {
        let late = self.requests.clone();
        self.arrive().await?;
        for device in 0..DEVICES {
            self.devices[device].leave();
            let batches = self.devices[device].outbox.len().div_ceil(Batch::MAX);
            for _ in 0..batches {
                self.send(device, Batch::MAX);
                self.arrive().await?;
            }
            prop_assert_eq!(&self.devices[device].outbox, &[], "left in an outbox");
            prop_assert_eq!(&self.devices[device].parked, &[], "parked");
        }
        self.deliver(late).await
    }

    async fn arrive(&mut self) -> Result<(), TestCaseError> {
        for request in std::mem::take(&mut self.requests) {
            self.deliver(vec![request]).await?;
        }
        for answer in std::mem::take(&mut self.answers) {
            self.hear(&answer);
        }
        Ok(())
    }

    /// The index is what the promises say, the roll-ups are what the log says, and a restart changes neither.
    pub async fn check(&mut self) -> Result<(), TestCaseError> {
        let promised: Vec<Response> = self
            .devices
            .iter()
            .flat_map(|device| device.promised.values().cloned())
            .collect();
        self.check_index(&promised).await?;
        prop_assert_eq!(self.collector.kept().await, promised.len() as u64);
        prop_assert_eq!(self.collector.verify().await.differences, vec![]);
        // A collector that ends brings its roll-ups up to date: now they must hold all that counts.
        self.collector.restart();
        let counted = self.check_index(&promised).await?;
        let verification = self.collector.verify().await;
        prop_assert_eq!(verification.differences, vec![]);
        prop_assert_eq!(verification.responses, promised.len() as u64);
        prop_assert_eq!(verification.responses - verification.repeats, counted);
        for response in promised {
            let receipts = self.collector.receive("U1", vec![response]).await;
            prop_assert_eq!(receipts[0].status, Status::Duplicate);
        }
        Ok(())
    }

    /// Gives the number of responses that count.
    async fn check_index(&self, promised: &[Response]) -> Result<u64, TestCaseError> {
        let mut expected: BTreeMap<String, Count> = BTreeMap::new();
        let mut dossiers = BTreeSet::new();
        for response in promised {
            if response
                .dossier
                .as_ref()
                .is_some_and(|code| !dossiers.insert(code))
            {
                continue;
            }
            let group = match response.dossier {
                Some(_) => "result",
                None => "receipt",
            };
            let count = expected.entry(group.to_owned()).or_default();
            count.responses += 1;
            if let Some(Answer::Level(level)) = response.answers.get("overall") {
                count.overall[usize::from(*level) - 1] += 1;
            }
        }
        let cells = self.collector.count().await;
        let counted = cells.iter().map(|(group, cell)| {
            let mut overall = [0; 5];
            overall.copy_from_slice(&cell.items[0].levels);
            let count = Count {
                responses: cell.responses,
                overall,
            };
            (group.clone(), count)
        });
        prop_assert_eq!(counted.collect::<BTreeMap<_, _>>(), expected);

        // Without a dossier every response counts, so that it is known which version of each must be there.
        let alone = || {
            promised
                .iter()
                .filter(|response| response.dossier.is_none())
        };
        if let Some(cell) = cells.get("receipt") {
            let partial = alone().filter(|response| response.partial).count() as u64;
            let whole = alone().filter(|response| !response.partial).count() as u64;
            prop_assert_eq!(cell.partial, partial);
            prop_assert_eq!(cell.items[1].levels.iter().sum::<u64>(), whole);
        }
        Ok(cells.values().map(|cell| cell.responses).sum())
    }
}
