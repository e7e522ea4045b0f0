//! The tokens of a request, one after the other, without listing them.
//!
//! Invariant: a content has as many tokens as it was made for; the last stretch goes on for as long as that takes.

use crate::workload::Stretch;

/// The first tokens of a request: its prompt, or prompt and output so far.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    stretches: &'a [Stretch],
    tokens: u64,
}

/// Consecutive tokens of one text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: u64,
    /// The first of them.
    pub(super) from: u64,
    /// How many, at least one.
    pub(super) tokens: u64,
}

impl Piece {
    /// Whether both begin with the same token.
    pub(super) fn begins_as(&self, other: &Piece) -> bool {
        (self.text, self.from) == (other.text, other.from)
    }

    /// Without its first tokens.
    pub(super) fn without(&self, tokens: u64) -> Piece {
        Piece { text: self.text, from: self.from + tokens, tokens: self.tokens - tokens }
    }

    /// Only its first tokens.
    pub(super) fn first(&self, tokens: u64) -> Piece {
        Piece { tokens, ..*self }
    }
}

impl<'a> Content<'a> {
    /// The first `tokens` of what begins with `stretches`, at least one.
    pub(crate) fn new(stretches: &'a [Stretch], tokens: u64) -> Content<'a> {
        assert!(!stretches.is_empty(), "a request's content names at least one text");
        Content { stretches, tokens }
    }

    /// How many.
    pub(crate) fn tokens(&self) -> u64 {
        self.tokens
    }

    /// Its tokens from the beginning.
    pub(super) fn reader(&self) -> Reader<'a> {
        Reader { stretches: self.stretches, read: 0, left: self.tokens }
    }
}

/// Reads a content piece by piece.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    /// What has not been read, the first perhaps in part; the last goes on.
    stretches: &'a [Stretch],
    /// Tokens read of the first.
    read: u64,
    /// Tokens left in all.
    left: u64,
}

impl<'a> Reader<'a> {
    /// The next tokens of one text, at most `limit`; `None` at the end.
    #[inline]
    pub(super) fn next(&mut self, limit: u64) -> Option<Piece> {
        let limit = limit.min(self.left);
        if limit == 0 {
            return None;
        }
        loop {
            let (first, rest) = self.stretches.split_first()?;
            let left = if rest.is_empty() { u64::MAX } else { u64::from(first.tokens) - self.read };
            if left > 0 {
                let piece = Piece { text: first.text, from: self.read, tokens: left.min(limit) };
                self.read += piece.tokens;
                self.left -= piece.tokens;
                return Some(piece);
            }
            (self.stretches, self.read) = (rest, 0);
        }
    }

    /// Passes over tokens.
    pub(super) fn skip(&mut self, tokens: u64) {
        let mut left = tokens;
        while left > 0 {
            let Some(piece) = self.next(left) else { return };
            left -= piece.tokens;
        }
    }

    /// The pieces of the next tokens, fewer at the end.
    #[inline]
    pub(super) fn pieces(mut self, tokens: u64) -> impl Iterator<Item = Piece> {
        let mut left = tokens;
        std::iter::from_fn(move || {
            let piece = self.next(left)?;
            left -= piece.tokens;
            Some(piece)
        })
    }

    /// Passes over the tokens it has in common with pieces, at most `limit`; how many these are.
    #[inline]
    pub(super) fn agree(&mut self, pieces: impl Iterator<Item = Piece>, limit: u64) -> u64 {
        let mut agreed = 0;
        for piece in pieces {
            let mut left = piece;
            while left.tokens > 0 {
                let mut ahead = *self;
                match ahead.next(left.tokens.min(limit - agreed)) {
                    Some(other) if other.begins_as(&left) => {
                        *self = ahead;
                        agreed += other.tokens;
                        left = left.without(other.tokens);
                    }
                    _ => return agreed,
                }
            }
        }
        agreed
    }

    /// The next tokens, fewer at the end.
    pub(super) fn take(&mut self, tokens: u64, into: &mut Vec<Piece>) {
        let mut left = tokens;
        // Nearly always a piece a stretch; the last goes on.
        into.reserve_exact(self.stretches.len().min(tokens as usize));
        while left > 0 {
            let Some(piece) = self.next(left) else { return };
            left -= piece.tokens;
            push(into, piece);
        }
    }
}

/// The pieces of the first tokens of others.
#[inline]
pub(super) fn first_of(pieces: &[Piece], tokens: u64) -> impl Iterator<Item = Piece> {
    let mut left = tokens;
    pieces.iter().map_while(move |piece| {
        let first = piece.first(piece.tokens.min(left));
        left -= first.tokens;
        (first.tokens > 0).then_some(first)
    })
}

/// The pieces after the first tokens of others.
pub(super) fn after_first(pieces: &[Piece], tokens: u64) -> impl Iterator<Item = Piece> {
    let mut left = tokens;
    pieces.iter().filter_map(move |piece| {
        let passed = piece.tokens.min(left);
        left -= passed;
        (passed < piece.tokens).then(|| piece.without(passed))
    })
}

/// Moves the first tokens out of a list of pieces, which has as many.
pub(super) fn take_first(pieces: &mut Vec<Piece>, tokens: u64) -> Vec<Piece> {
    let mut left = tokens;
    let mut n_whole = 0;
    while let Some(piece) = pieces.get(n_whole).filter(|piece| piece.tokens <= left) {
        left -= piece.tokens;
        n_whole += 1;
    }
    let mut first = Vec::with_capacity(n_whole + usize::from(left > 0));
    first.extend_from_slice(&pieces[..n_whole]);
    if left > 0 {
        first.push(pieces[n_whole].first(left));
        pieces[n_whole] = pieces[n_whole].without(left);
    }
    pieces.drain(..n_whole);
    first
}

/// Takes the last tokens off a list of pieces, which has as many.
pub(super) fn take_off(pieces: &mut Vec<Piece>, tokens: u64) {
    let mut left = tokens;
    while left > 0 {
        let last = pieces.last_mut().expect("pieces are only shortened by what they have");
        let n = left.min(last.tokens);
        left -= n;
        last.tokens -= n;
        if last.tokens == 0 {
            pieces.pop();
        }
    }
}

/// Appends a piece, to the last one where it goes on with that.
pub(super) fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match pieces.last_mut() {
        Some(last) if last.text == piece.text && last.from + last.tokens == piece.from => {
            last.tokens += piece.tokens;
        }
        _ => pieces.push(piece),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_text_goes_on_and_empty_stretches_are_passed_over() {
        let stretches = [(7, 3), (8, 0), (9, 2)].map(|(text, tokens)| Stretch { text, tokens });
        let mut pieces = Vec::new();
        Content::new(&stretches, 9).reader().take(100, &mut pieces);
        let found: Vec<(u64, u64, u64)> =
            pieces.iter().map(|piece| (piece.text, piece.from, piece.tokens)).collect();
        assert_eq!(found, [(7, 0, 3), (9, 0, 6)]);
        let mut reader = Content::new(&stretches, 9).reader();
        reader.skip(5);
        assert_eq!(reader.next(100), Some(Piece { text: 9, from: 2, tokens: 4 }));
        assert_eq!(reader.next(100), None);
    }
}
