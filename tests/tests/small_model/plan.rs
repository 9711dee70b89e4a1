//! What the advisors do in one model: three commands, each made once, at any moment.

/// A command's name: its place in the plan.
pub(crate) type Id = u8;
/// No command: the field as it was at the beginning.
pub(crate) const NOBODY: Id = 3;
/// Commands in a plan.
pub(crate) const COMMANDS: usize = 3;

/// Who does it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Who {
    /// An advisor at a device, 0 or 1.
    Device(u8),
    /// The service by itself, or somebody whose device is not looked at.
    House,
}

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Act {
    /// A line is added to the conversation.
    Append,
    /// The same in a live chat: after a while it is too late.
    Reply,
    /// The field gets this value, if nobody changed it since it was seen.
    Set(u8),
}

/// A command.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    /// Who does it.
    pub(crate) who: Who,
    /// What.
    pub(crate) act: Act,
}

/// The commands; those of one device in the order in which they are made.
pub(crate) type Plan = [Command; COMMANDS];

const A: Who = Who::Device(0);
const B: Who = Who::Device(1);

const fn does(who: Who, act: Act) -> Command {
    Command { who, act }
}

/// Two kinds of rows; two advisors who change the same field.
pub(crate) const BOTH_ROWS: Plan = [does(A, Act::Append), does(A, Act::Set(1)), does(B, Act::Set(2))];
/// Two lines one after the other, the first of them soon too late, and a line of somebody else.
pub(crate) const ONE_LANE: Plan = [does(A, Act::Reply), does(A, Act::Append), does(B, Act::Append)];
/// A change over an own change that nobody confirmed yet.
pub(crate) const CHANGE_OF_CHANGE: Plan = [does(A, Act::Set(1)), does(A, Act::Set(2)), does(B, Act::Set(3))];
/// Two advisors who want the same.
pub(crate) const SAME_WISH: Plan = [does(A, Act::Set(1)), does(B, Act::Set(1)), does(B, Act::Set(2))];
/// A change over somebody's change, and a third who writes past all devices.
pub(crate) const THIRD_WRITER: Plan =
    [does(A, Act::Set(1)), does(B, Act::Set(2)), does(Who::House, Act::Set(3))];

/// Whether a command changes the field.
pub(crate) fn sets(plan: &Plan, id: Id) -> bool {
    matches!(plan[usize::from(id)].act, Act::Set(_))
}

/// The commands of the same device and the same row that are made before this one; the newest last.
pub(crate) fn before_in_lane(plan: &Plan, id: Id) -> impl DoubleEndedIterator<Item = Id> {
    (0..id).filter(move |other| {
        plan[usize::from(*other)].who == plan[usize::from(id)].who && sets(plan, *other) == sets(plan, id)
    })
}
