//! One customer's way through a path. Plain data: it is kept with the conversation, handed over with it, and taken up
//! again by whoever owns it then.

use serde::{Deserialize, Serialize};

use super::{Path, Stage};

/// An answer that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// At which stage.
    pub stage: String,
    /// Which of its answers; nothing when it was skipped or answered freely.
    pub answer: Option<String>,
    /// What was written freely.
    pub free: Option<String>,
}

/// A way through a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    path: String,
    /// The stages passed, in order, each with its answer.
    passed: Vec<Answered>,
    /// Stages gone back over, the nearest last: forward takes them again.
    undone: Vec<Answered>,
    /// Where it stands; nothing at the end.
    at: Option<String>,
    left: bool,
}

/// Why a step was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The path has come to its end.
    #[error("the path has come to its end")]
    Ended,
    /// The path was left; resume it first.
    #[error("the path was left: take it up again first")]
    Left,
    /// No such answer here.
    #[error("there is no such answer at this stage")]
    NoAnswer,
    /// Nothing there to go to.
    #[error("there is nothing to go to")]
    NoWay,
    /// The path's file has changed and the stage is gone, or it is another path.
    #[error("the path is another than the one begun: begin it again")]
    Changed,
}

impl Walk {
    /// At the first stage.
    pub fn begin(path: &Path) -> Self {
        Self {
            path: path.key.clone(),
            passed: Vec::new(),
            undone: Vec::new(),
            at: path.stages.first().map(|stage| stage.key.clone()),
            left: false,
        }
    }

    /// The key of the path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The stage where it stands; nothing at the end, or when the file no longer has it.
    pub fn stage<'p>(&self, path: &'p Path) -> Option<&'p Stage> {
        path.stage(self.at.as_deref()?).filter(|_| path.key == self.path)
    }

    /// The answers given so far, in order.
    pub fn answers(&self) -> &[Answered] {
        &self.passed
    }

    /// What was answered at this stage before, when it is being gone over again.
    pub fn earlier(&self) -> Option<&Answered> {
        self.undone.last().filter(|earlier| Some(&earlier.stage) == self.at.as_ref())
    }

    /// Whether it has come to its end.
    pub fn is_finished(&self) -> bool {
        self.at.is_none()
    }

    /// Whether it was left.
    pub fn is_left(&self) -> bool {
        self.left
    }

    /// An answer was chosen.
    pub fn answer(&mut self, path: &Path, key: &str) -> Result<(), Refused> {
        let stage = self.open(path)?;
        let answer = stage.answers.iter().find(|answer| answer.key == key).ok_or(Refused::NoAnswer)?;
        self.pass(stage, Some(key.to_owned()), None, answer.next.clone());
        Ok(())
    }

    /// Something was written freely. Where the stage has answers to choose from, the way of the first is taken: free
    /// text is never blocked, and Back is always there.
    pub fn write(&mut self, path: &Path, text: &str) -> Result<(), Refused> {
        let stage = self.open(path)?;
        let next = stage.answers.first().map_or_else(|| stage.next.clone(), |answer| answer.next.clone());
        self.pass(stage, None, Some(text.to_owned()), next);
        Ok(())
    }

    /// On without an answer.
    pub fn skip(&mut self, path: &Path) -> Result<(), Refused> {
        let stage = self.open(path)?;
        let next = stage.answers.first().map_or_else(|| stage.next.clone(), |answer| answer.next.clone());
        self.pass(stage, None, None, next);
        Ok(())
    }

    /// To the stage before; its answer is kept for Forward.
    pub fn back(&mut self) -> Result<(), Refused> {
        if self.left {
            return Err(Refused::Left);
        }
        let before = self.passed.pop().ok_or(Refused::NoWay)?;
        self.at = Some(before.stage.clone());
        self.undone.push(before);
        Ok(())
    }

    /// Takes what was gone back over again, with its answer.
    pub fn forward(&mut self, path: &Path) -> Result<(), Refused> {
        let stage = self.open(path)?;
        let again = self.earlier().cloned().ok_or(Refused::NoWay)?;
        let next = match &again.answer {
            Some(key) => {
                let answer =
                    stage.answers.iter().find(|answer| answer.key == *key).ok_or(Refused::Changed)?;
                answer.next.clone()
            }
            None => stage.answers.first().map_or_else(|| stage.next.clone(), |answer| answer.next.clone()),
        };
        self.undone.pop();
        self.at = next;
        self.passed.push(again);
        Ok(())
    }

    /// Puts it aside; nothing is lost.
    pub fn leave(&mut self) {
        self.left = true;
    }

    /// Takes it up where it was left.
    pub fn resume(&mut self, path: &Path) -> Result<(), Refused> {
        if path.key != self.path || self.at.as_deref().is_some_and(|at| path.stage(at).is_none()) {
            return Err(Refused::Changed);
        }
        self.left = false;
        Ok(())
    }

    fn open<'p>(&self, path: &'p Path) -> Result<&'p Stage, Refused> {
        if self.left {
            return Err(Refused::Left);
        }
        if self.at.is_none() {
            return Err(Refused::Ended);
        }
        self.stage(path).ok_or(Refused::Changed)
    }

    fn pass(&mut self, stage: &Stage, answer: Option<String>, free: Option<String>, next: Option<String>) {
        // Another answer than before leads another way: what was gone back over no longer follows.
        let same = self.earlier().is_some_and(|earlier| earlier.answer == answer);
        if same {
            self.undone.pop();
        } else {
            self.undone.clear();
        }
        self.passed.push(Answered { stage: stage.key.clone(), answer, free });
        self.at = next;
    }
}
