//! A short list without an allocation: a state is copied and hashed millions of times.

/// At most `N` things, in order.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Few<T, const N: usize> {
    len: u8,
    things: [T; N],
}

impl<T: Copy + Default, const N: usize> Few<T, N> {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { len: 0, things: [T::default(); N] }
    }

    /// What is there.
    pub(crate) fn all(&self) -> &[T] {
        &self.things[..usize::from(self.len)]
    }

    /// How many.
    pub(crate) fn count(&self) -> u8 {
        self.len
    }

    /// Whether another one fits.
    pub(crate) fn has_room(&self) -> bool {
        usize::from(self.len) < N
    }

    /// Adds one at the end.
    pub(crate) fn push(&mut self, thing: T) {
        self.things[usize::from(self.len)] = thing;
        self.len += 1;
    }

    /// Takes one out. Its place is cleared, so that equal lists are equal states.
    pub(crate) fn remove(&mut self, place: usize) -> T {
        let thing = self.things[place];
        self.things.copy_within(place + 1.., place);
        self.things[N - 1] = T::default();
        self.len -= 1;
        thing
    }

    /// Keeps the first ones.
    pub(crate) fn truncate(&mut self, count: u8) {
        while self.len > count {
            self.remove(usize::from(self.len) - 1);
        }
    }

    /// Changes one.
    pub(crate) fn change(&mut self, place: usize) -> &mut T {
        &mut self.things[place]
    }
}

impl<T: Copy + Default + Ord, const N: usize> Few<T, N> {
    /// Puts them into the one order that stands for all of them: where order means nothing, it makes no states.
    pub(crate) fn sort(&mut self) {
        self.things[..usize::from(self.len)].sort_unstable();
    }
}

impl<T: Copy + Default, const N: usize> Default for Few<T, N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: std::fmt::Debug + Copy + Default, const N: usize> std::fmt::Debug for Few<T, N> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list().entries(self.all()).finish()
    }
}
