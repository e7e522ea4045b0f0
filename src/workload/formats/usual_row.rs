//! Rows of Mooncake traces as programs write them, read in one pass over their bytes.
//!
//! A row is an object of plain numbers and one list of whole numbers; other fields may hold plain numbers and strings.
//! Not for anything else, mistakes above all: such a row is left to a parser that knows the whole of JSON and says what
//! is wrong. Invariant: what is read here is JSON, and that parser would read the same.

/// The fields of a row, as they are written.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct UsualRow<'a> {
    pub(super) timestamp: Option<&'a str>,
    pub(super) input_length: Option<&'a str>,
    pub(super) output_length: Option<&'a str>,
    pub(super) hash_ids: Option<Vec<u64>>,
}

impl<'a> UsualRow<'a> {
    /// The row of a line; `None` for one of another form.
    pub(super) fn of(text: &'a str) -> Option<UsualRow<'a>> {
        let mut rest = Rest { text, place: 0 };
        let mut row = UsualRow::default();
        rest.skip_blanks();
        rest.expect(b'{')?;
        loop {
            rest.skip_blanks();
            let key = rest.string()?;
            rest.skip_blanks();
            rest.expect(b':')?;
            rest.skip_blanks();
            match key {
                "timestamp" => once(&mut row.timestamp, rest.number()?)?,
                "input_length" => once(&mut row.input_length, rest.number()?)?,
                "output_length" => once(&mut row.output_length, rest.number()?)?,
                "hash_ids" => once(&mut row.hash_ids, rest.whole_numbers()?)?,
                _ if rest.peek() == Some(b'"') => drop(rest.string()?),
                _ => drop(rest.number()?),
            }
            rest.skip_blanks();
            match rest.take()? {
                b',' => {}
                b'}' => break,
                _ => return None,
            }
        }
        rest.skip_blanks();
        rest.peek().is_none().then_some(row)
    }
}

/// Fills a field that was not there before.
fn once<T>(field: &mut Option<T>, value: T) -> Option<()> {
    field.is_none().then(|| *field = Some(value))
}

/// What of a text was not read yet.
struct Rest<'a> {
    text: &'a str,
    place: usize,
}

impl<'a> Rest<'a> {
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.place).copied()
    }

    #[inline]
    fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.place += 1;
        Some(byte)
    }

    #[inline]
    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.take()? == byte).then_some(())
    }

    #[inline]
    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.place += 1;
        }
    }

    /// A string in which a character stands for itself: no escapes, no control characters.
    fn string(&mut self) -> Option<&'a str> {
        self.expect(b'"')?;
        let begin = self.place;
        loop {
            match self.take()? {
                b'"' => return self.text.get(begin..self.place - 1),
                b'\\' | 0..0x20 => return None,
                _ => {}
            }
        }
    }

    /// A number without a sign or a power of ten, as it is written.
    fn number(&mut self) -> Option<&'a str> {
        let begin = self.place;
        self.digits()?;
        if self.text.as_bytes()[begin] == b'0' && self.place > begin + 1 {
            return None;
        }
        if self.peek() == Some(b'.') {
            self.place += 1;
            self.digits()?;
        }
        self.text.get(begin..self.place)
    }

    /// One digit or more.
    fn digits(&mut self) -> Option<()> {
        let begin = self.place;
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.place += 1;
        }
        (self.place > begin).then_some(())
    }

    /// A list of whole numbers of at most 19 digits, which are below 2^64.
    fn whole_numbers(&mut self) -> Option<Vec<u64>> {
        self.expect(b'[')?;
        self.skip_blanks();
        let mut numbers = Vec::new();
        if self.peek() == Some(b']') {
            self.place += 1;
            return Some(numbers);
        }
        loop {
            numbers.push(self.whole_number()?);
            self.skip_blanks();
            match self.take()? {
                b',' => self.skip_blanks(),
                b']' => return Some(numbers),
                _ => return None,
            }
        }
    }

    #[inline]
    fn whole_number(&mut self) -> Option<u64> {
        let begin = self.place;
        let mut number: u64 = 0;
        while let Some(byte) = self.peek() {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                break;
            }
            // What more than 19 digits give is not used.
            number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
            self.place += 1;
        }
        let n_digits = self.place - begin;
        let is_usual =
            n_digits == 1 || (n_digits <= 19 && number >= 10_u64.pow(n_digits.checked_sub(1)? as u32));
        is_usual.then_some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_whatever_the_order_and_the_blanks() {
        let expected = || UsualRow {
            timestamp: Some("12.5"),
            input_length: Some("0"),
            output_length: Some("500"),
            hash_ids: Some(vec![0, 17, 9_999_999_999_999_999_999]),
        };
        for text in [
            r#"{"timestamp":12.5,"input_length":0,"output_length":500,"hash_ids":[0,17,9999999999999999999]}"#,
            "\t{ \"hash_ids\" : [ 0 , 17, 9999999999999999999 ] , \"output_length\": 500, \"type\": \"tëxt\",\n\
             \"delay\": 3.0, \"input_length\":0, \"timestamp\": 12.5 } \r\n",
        ] {
            assert_eq!(UsualRow::of(text), Some(expected()), "{text}");
        }
        let empty = UsualRow { hash_ids: Some(Vec::new()), ..UsualRow::default() };
        assert_eq!(UsualRow::of(r#"{"hash_ids": [ ]}"#), Some(empty));
    }

    #[test]
    fn what_is_no_json_or_unusual_is_left_to_the_parser() {
        for text in [
            "",
            "{}",
            "[1]",
            r#"{"timestamp": 1"#,
            r#"{"timestamp": 1} x"#,
            r#"{"timestamp": 1,}"#,
            r#"{"timestamp": 01}"#,
            r#"{"timestamp": 1.}"#,
            r#"{"timestamp": .5}"#,
            r#"{"timestamp": -1}"#,
            r#"{"timestamp": 1e3}"#,
            r#"{"timestamp": "1"}"#,
            r#"{"timestamp": null}"#,
            r#"{"timestamp": 1, "timestamp": 1}"#,
            r#"{"time\u0073tamp": 1}"#,
            r#"{"type": "a\nb"}"#,
            "{\"type\": \"a\tb\"}",
            r#"{"hash_ids": 5}"#,
            r#"{"hash_ids": [1,]}"#,
            r#"{"hash_ids": [,1]}"#,
            r#"{"hash_ids": [1 2]}"#,
            r#"{"hash_ids": [01]}"#,
            r#"{"hash_ids": [-1]}"#,
            r#"{"hash_ids": [1.0]}"#,
            r#"{"hash_ids": [1e3]}"#,
            r#"{"hash_ids": [18446744073709551615]}"#,
            r#"{"hash_ids": [1"#,
        ] {
            assert_eq!(UsualRow::of(text), None, "{text}");
        }
    }
}
