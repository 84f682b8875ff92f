//! Reads any document through the events of a YAML parser, and closes the gaps between that parser
//! and go-yaml v2, which decides what OLM sees.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle, StructureStyle, Tag};

use super::resolve;
use crate::text::tree::Node;
use crate::text::{Builder, Fault, Kind, Tree};

/// Nodes that aliases may add to a document: real ones add tens, a bomb billions.
const ALIAS_NODES: usize = 1_000_000;
/// Bytes of text that aliases may add.
const ALIAS_BYTES: usize = 64 << 20;

/// Reads the first document of `text[range]`; spans are those of `text`.
pub(super) fn read(text: &str, range: Range<usize>) -> Result<Tree<'_>, Fault> {
    let document = &text[range.clone()];
    let mut reader = Reader {
        document,
        base: range.start,
        builder: Builder::default(),
        anchors: HashMap::new(),
        open: Vec::new(),
        tab_safe: Vec::new(),
        flow_depth: 0,
        alias_nodes: 0,
        alias_bytes: 0,
    };
    let mut parser = Parser::new_from_str_with_options(document, Options::default());
    while let Some(event) = parser.next_event() {
        let (event, span) = event.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or(0).min(document.len());
            syntax_fault(&error.info(), document, reader.base, at)
        })?;
        let span = span.byte_range().unwrap_or(0..0);
        if !reader.event(event, span)? {
            break;
        }
    }
    reader.refuse_tabs()?;
    Ok(reader.builder.finish())
}

fn syntax_fault(info: &str, document: &str, base: usize, at: usize) -> Fault {
    let end = (at..=document.len()).skip(1).find(|end| document.is_char_boundary(*end)).unwrap_or(at);
    let line_start = document[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let fault = Fault::new(format!("not YAML: {info}"), base + at..base + end);
    if document[line_start..].trim_start_matches(' ').starts_with('\t') {
        return fault.help("indent with blanks: YAML allows no tabs there");
    }
    fault.help("look for a quote or bracket that is not closed, or a wrong indentation, here or above")
}

/// A list or mapping whose end has not come.
struct Open {
    kind: Kind,
    anchor: usize,
    node: usize,
    /// Of a mapping: the key whose value comes next, if one was read.
    key: Option<usize>,
    is_merge: bool,
    is_flow: bool,
}

struct Reader<'s> {
    document: &'s str,
    base: usize,
    builder: Builder<'s>,
    anchors: HashMap<usize, Vec<Node<'s>>>,
    open: Vec<Open>,
    /// Where a tab at the start of a line is content or harmless: scalars of several lines and
    /// outermost flow collections, in order and disjoint.
    tab_safe: Vec<Range<usize>>,
    flow_depth: usize,
    alias_nodes: usize,
    alias_bytes: usize,
}

impl<'s> Reader<'s> {
    /// Takes an event; false after the end of the first document.
    fn event(&mut self, event: Event<'s>, span: Range<usize>) -> Result<bool, Fault> {
        match event {
            Event::DocumentStart(_, version) if version.is_some() => self.check_directive()?,
            Event::DocumentEnd | Event::StreamEnd => return Ok(false),
            Event::Scalar(value, style, anchor, tag) => {
                self.scalar(value, style, anchor, tag.as_deref(), span)?
            }
            Event::SequenceStart(style, anchor, _) => self.open(Kind::List, style, anchor, span)?,
            Event::MappingStart(style, anchor, _) => self.open(Kind::Map, style, anchor, span)?,
            Event::SequenceEnd | Event::MappingEnd => self.close(span)?,
            Event::Alias(id) => self.alias(id, span)?,
            _ => {}
        }
        Ok(true)
    }

    fn fault(&self, message: impl Into<String>, span: Range<usize>) -> Fault {
        Fault::new(message, self.base + span.start..self.base + span.end)
    }

    /// go-yaml takes `%YAML 1.1` and no other version.
    fn check_directive(&self) -> Result<(), Fault> {
        let mut start = 0;
        for line in self.document.split_inclusive('\n') {
            if let Some(version) = line.strip_prefix("%YAML").map(str::trim)
                && version.split_whitespace().next() != Some("1.1")
            {
                let span = start..start + line.trim_end().len();
                return Err(self.fault("YAML 1.1 is what OLM reads", span).help("remove the `%YAML` line"));
            }
            start += line.len();
        }
        Ok(())
    }

    fn scalar(
        &mut self,
        value: Cow<'s, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: Range<usize>,
    ) -> Result<(), Fault> {
        let is_plain = style == ScalarStyle::Plain;
        if style == ScalarStyle::DoubleQuoted {
            self.check_escapes(&span)?;
        }
        if is_plain && value.contains(['\u{85}', '\u{2028}', '\u{2029}']) {
            return Err(self.fault("a line break character that is not LF", span).help("quote the text"));
        }
        let core = tag.filter(|tag| tag.handle() == "tag:yaml.org,2002:").map(Tag::suffix);
        let is_merge = is_plain && value == "<<" && core.is_none_or(|suffix| suffix == "merge");
        let resolved = match core {
            Some(suffix) => resolve::tagged(suffix, value, is_plain),
            None if is_plain => resolve::plain(value),
            None => Ok((Kind::Str, value)),
        };
        let (kind, text) = resolved.map_err(|message| self.fault(message, span.clone()))?;
        if self.flow_depth == 0 && self.document[span.clone()].contains('\n') {
            self.tab_safe.push(span.clone());
        }
        let node = self.builder.len();
        self.builder.push(kind, text, self.base + span.start..self.base + span.end);
        self.added(node, anchor, is_merge, &span)
    }

    /// Go's parser refuses the escaped slash and halves of surrogate pairs that JSON allows.
    fn check_escapes(&self, span: &Range<usize>) -> Result<(), Fault> {
        let raw = &self.document[span.clone()];
        let mut chars = raw.char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '\\' {
                continue;
            }
            let Some((_, escape)) = chars.next() else { break };
            let rest = &raw[at + 2..];
            let is_surrogate = escape == 'u'
                && rest.len() >= 2
                && rest.to_ascii_lowercase().starts_with('d')
                && rest.as_bytes()[1].to_ascii_lowercase() >= b'8';
            if escape == '/' || is_surrogate {
                let span = span.start + at..span.start + at + 2;
                return Err(self
                    .fault("an escape that YAML 1.1 does not have", span)
                    .help("write the character itself"));
            }
        }
        Ok(())
    }

    fn open(
        &mut self,
        kind: Kind,
        style: StructureStyle,
        anchor: usize,
        span: Range<usize>,
    ) -> Result<(), Fault> {
        let node = self.builder.len();
        if self.open.last().is_some_and(|open| open.kind == Kind::Map && open.key.is_none()) {
            return Err(self.fault("a key cannot be a list or a mapping", span));
        }
        let is_flow = style == StructureStyle::Flow;
        if is_flow {
            if self.flow_depth == 0 {
                self.tab_safe.push(span.start..span.start);
            }
            self.flow_depth += 1;
        }
        self.builder.open_at(kind, self.base + span.start);
        self.open.push(Open { kind, anchor, node, key: None, is_merge: false, is_flow });
        Ok(())
    }

    fn close(&mut self, span: Range<usize>) -> Result<(), Fault> {
        let open = self.open.pop().expect("the parser balances starts and ends");
        self.builder.close_at(self.base + span.end);
        if open.is_flow {
            self.flow_depth -= 1;
            if let (0, Some(outermost)) = (self.flow_depth, self.tab_safe.last_mut()) {
                outermost.end = span.end;
            }
        }
        self.added(open.node, open.anchor, false, &span)
    }

    fn alias(&mut self, id: usize, span: Range<usize>) -> Result<(), Fault> {
        let Some(nodes) = self.anchors.get(&id) else {
            return Err(self.fault("an anchor's value contains itself", span).help("write the value out"));
        };
        self.alias_nodes += nodes.len();
        self.alias_bytes += nodes.iter().map(|node| node.text.len()).sum::<usize>();
        if self.alias_nodes > ALIAS_NODES || self.alias_bytes > ALIAS_BYTES {
            return Err(self
                .fault("aliases multiply the document without bounds", span)
                .help("write the values out, or use fewer aliases of aliases"));
        }
        let node = self.builder.len();
        self.builder.nodes_mut().extend_from_slice(nodes);
        self.added(node, 0, false, &span)
    }

    /// A node is complete: remembers its anchor and plays its part in the mapping around it.
    fn added(
        &mut self,
        node: usize,
        anchor: usize,
        is_merge: bool,
        span: &Range<usize>,
    ) -> Result<(), Fault> {
        if anchor != 0 {
            let nodes = self.builder.nodes_mut()[node..].to_vec();
            self.anchors.insert(anchor, nodes);
        }
        let Some(open) = self.open.last_mut().filter(|open| open.kind == Kind::Map) else { return Ok(()) };
        match open.key.take() {
            None => {
                (open.key, open.is_merge) = (Some(node), is_merge);
                let nodes = self.builder.nodes_mut();
                let (kind, text) = (nodes[node].kind, std::mem::take(&mut nodes[node].text));
                match resolve::key(kind, text) {
                    Ok(text) => (nodes[node].kind, nodes[node].text) = (Kind::Str, text),
                    Err(message) => return Err(self.fault(message, span.clone())),
                }
            }
            Some(key) if open.is_merge => self.merge(key, span)?,
            Some(_) => {}
        }
        Ok(())
    }

    /// Puts the entries of the merged mappings in the place of `<<` and its value. Of several, the
    /// earlier win, so they come later.
    fn merge(&mut self, key: usize, span: &Range<usize>) -> Result<(), Fault> {
        let value = self.builder.nodes_mut().split_off(key + 1);
        self.builder.nodes_mut().pop();
        let tree = Tree { nodes: value };
        let root = tree.root().expect("a merge key has a value");
        let maps: Vec<_> = match root.kind() {
            Kind::Map => vec![root],
            Kind::List => root.items().collect(),
            _ => Vec::new(),
        };
        if maps.iter().any(|map| map.kind() != Kind::Map) || root.kind() != Kind::List && maps.is_empty() {
            return Err(self.fault("`<<` merges a mapping or a list of mappings", span.clone()));
        }
        for map in maps.into_iter().rev() {
            self.builder.nodes_mut().extend_from_slice(&map.nodes[1..]);
        }
        Ok(())
    }

    /// A tab cannot stand before a token at the start of a line.
    fn refuse_tabs(&self) -> Result<(), Fault> {
        let mut start = 0;
        for line in self.document.split_inclusive('\n') {
            let indent = line.len() - line.trim_start_matches(' ').len();
            let rest = line[indent..].trim_start_matches(['\t', ' ']).trim_end();
            let at = start + indent;
            let is_content = !rest.is_empty() && !rest.starts_with('#');
            if line[indent..].starts_with('\t') && is_content && !self.is_tab_safe(at) {
                return Err(self.fault("a tab cannot start a line", at..at + 1).help("indent with blanks"));
            }
            start += line.len();
        }
        Ok(())
    }

    fn is_tab_safe(&self, at: usize) -> bool {
        let after = self.tab_safe.partition_point(|safe| safe.start <= at);
        after.checked_sub(1).is_some_and(|before| self.tab_safe[before].contains(&at))
    }
}
