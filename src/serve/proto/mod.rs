//! The messages and methods of the API, as their `.proto` files say: read when somebody asks for them, so that
//! there is no generated code, no compiler to have at hand, and nothing that could differ from the files.
//!
//! Understands what these files use of the language, which is not all of it.

mod descriptor;
mod json;

use std::collections::HashMap;
use std::sync::OnceLock;

pub use json::to_json;

/// A `.proto` file.
#[derive(Debug, Default)]
pub(super) struct File {
    /// How others import it.
    pub(super) name: String,
    package: String,
    imports: Vec<String>,
    messages: Vec<Message>,
    enums: Vec<Enum>,
    services: Vec<Service>,
}

#[derive(Debug, Default)]
struct Message {
    name: String,
    fields: Vec<Field>,
    oneofs: Vec<String>,
    messages: Vec<Message>,
    enums: Vec<Enum>,
    /// Whether it is the entry of a map.
    is_entry: bool,
}

#[derive(Debug)]
struct Field {
    name: String,
    number: u32,
    is_list: bool,
    kind: Kind,
    /// The number of the `oneof` that it belongs to.
    oneof: Option<usize>,
}

/// The type of a field; of messages and enumerations, with the full name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Double,
    Int32,
    Bool,
    String,
    Bytes,
    Message(String),
    Enum(String),
}

#[derive(Debug)]
struct Enum {
    name: String,
    values: Vec<(String, u32)>,
}

#[derive(Debug)]
struct Service {
    name: String,
    methods: Vec<Method>,
}

#[derive(Debug)]
struct Method {
    name: String,
    takes: (bool, String),
    returns: (bool, String),
    is_deprecated: bool,
}

const STRUCT: &str = "google/protobuf/struct.proto";

/// All files, and the messages by full name.
#[derive(Debug)]
pub(super) struct Files {
    pub(super) files: Vec<File>,
}

/// Returns the files of what is served.
pub(super) fn files() -> &'static Files {
    static FILES: OnceLock<Files> = OnceLock::new();
    FILES.get_or_init(|| {
        let reflection = include_str!("reflection.proto");
        let alpha = reflection.replace("package grpc.reflection.v1;", "package grpc.reflection.v1alpha;");
        let texts = [
            (STRUCT, include_str!("struct.proto")),
            ("registry.proto", include_str!("registry.proto")),
            ("grpc/health/v1/health.proto", include_str!("health.proto")),
            ("grpc/reflection/v1/reflection.proto", reflection),
            ("grpc/reflection/v1alpha/reflection.proto", &alpha),
        ];
        Files { files: texts.into_iter().map(|(name, text)| File::parse(name, text)).collect() }
    })
}

impl Files {
    /// Returns the full names of all services, sorted.
    pub(super) fn services(&self) -> Vec<String> {
        let of = |file: &File| {
            let full = |service: &Service| format!("{}.{}", file.package, service.name);
            file.services.iter().map(full).collect::<Vec<_>>()
        };
        let mut names: Vec<String> = self.files.iter().flat_map(of).collect();
        names.sort();
        names
    }

    /// Finds the file that declares a message, an enumeration, a service or a method.
    pub(super) fn declaring(&self, symbol: &str) -> Option<&File> {
        self.files.iter().find(|file| {
            let Some(name) = symbol.strip_prefix(&format!("{}.", file.package)) else { return false };
            let (first, rest) =
                name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
            let message = file.messages.iter().find(|message| message.name == first);
            let service = file.services.iter().find(|service| service.name == first);
            match rest {
                None => {
                    message.is_some() || service.is_some() || file.enums.iter().any(|one| one.name == first)
                }
                Some(rest) => {
                    message.is_some_and(|message| {
                        message.enums.iter().any(|one| one.name == rest)
                            || message.messages.iter().any(|one| one.name == rest)
                    }) || service.is_some_and(|service| service.methods.iter().any(|one| one.name == rest))
                }
            }
        })
    }

    fn message(&self, full: &str) -> Option<&Message> {
        let file = self.declaring(full)?;
        let name = &full[file.package.len() + 1..];
        file.messages.iter().find(|message| message.name == name)
    }

    /// Returns the full name of the message that a method returns.
    fn returned(&self, path: &str) -> Option<&str> {
        let (service, method) = path.strip_prefix('/')?.split_once('/')?;
        let file = self.declaring(service)?;
        let services = file.services.iter().filter(|one| format!("{}.{}", file.package, one.name) == service);
        let mut methods = services.flat_map(|service| &service.methods);
        methods.find(|one| one.name == method).map(|method| method.returns.1.as_str())
    }
}

impl File {
    /// Reads a file. What it does not understand it passes over, and the tests see that nothing is.
    fn parse(name: &str, text: &str) -> Self {
        let text: Vec<&str> = text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect();
        let text = text.join("\n");
        let mut tokens = tokens(&text).into_iter();
        let mut file = File { name: name.to_owned(), ..File::default() };
        while let Some(token) = tokens.next() {
            let mut next = || tokens.next().unwrap_or_default().to_owned();
            match token {
                "package" => file.package = next(),
                "import" => file.imports.push(next().trim_matches('"').to_owned()),
                "message" => {
                    let name = next();
                    file.messages.push(message(name, &mut tokens));
                }
                "enum" => {
                    let name = next();
                    file.enums.push(enumeration(name, &mut tokens));
                }
                "service" => {
                    let name = next();
                    file.services.push(Service { name, methods: methods(&mut tokens) });
                }
                _ => {}
            }
        }
        file.resolve();
        file
    }

    /// Gives types and methods their full names, and tells enumerations from messages.
    fn resolve(&mut self) {
        let package = self.package.clone();
        let mut known: HashMap<String, Kind> = HashMap::new();
        let full = |name: &str| format!("{package}.{name}");
        for message in &self.messages {
            known.insert(message.name.clone(), Kind::Message(full(&message.name)));
            for inner in &message.messages {
                known.insert(
                    inner.name.clone(),
                    Kind::Message(full(&format!("{}.{}", message.name, inner.name))),
                );
            }
            for inner in &message.enums {
                known.insert(
                    inner.name.clone(),
                    Kind::Enum(full(&format!("{}.{}", message.name, inner.name))),
                );
            }
        }
        self.enums.iter().for_each(|one| drop(known.insert(one.name.clone(), Kind::Enum(full(&one.name)))));
        let resolve = |kind: &mut Kind| {
            if let Kind::Message(name) = kind
                && let Some(found) = known.get(name.as_str())
            {
                *kind = found.clone();
            }
        };
        for message in &mut self.messages {
            message.fields.iter_mut().for_each(|field| resolve(&mut field.kind));
            for inner in &mut message.messages {
                inner.fields.iter_mut().for_each(|field| resolve(&mut field.kind));
            }
        }
        for method in self.services.iter_mut().flat_map(|service| &mut service.methods) {
            for name in [&mut method.takes.1, &mut method.returns.1] {
                if !name.contains('.') {
                    *name = full(name);
                }
            }
        }
    }
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let is_mark = |c: char| "{}()=;<>,".contains(c);
    for word in text.split_whitespace() {
        let mut rest = word;
        while !rest.is_empty() {
            let end = rest.find(is_mark).map_or(rest.len(), |mark| mark.max(1));
            tokens.push(&rest[..end]);
            rest = &rest[end..];
        }
    }
    tokens
}

type Tokens<'t> = std::vec::IntoIter<&'t str>;

/// Reads the body of a message, from its brace on.
fn message(name: String, tokens: &mut Tokens<'_>) -> Message {
    let mut message = Message { name, ..Message::default() };
    let mut oneof = None;
    tokens.next();
    while let Some(token) = tokens.next() {
        match token {
            "}" if oneof.is_some() => oneof = None,
            "}" => break,
            "oneof" => {
                oneof = Some(message.oneofs.len());
                message.oneofs.extend(tokens.next().map(str::to_owned));
                tokens.next();
            }
            "enum" => {
                let name = tokens.next().unwrap_or_default().to_owned();
                message.enums.push(enumeration(name, tokens));
            }
            "map" => {
                // A map is a list of entries, each a message of key and value.
                let parts: Vec<&str> = tokens.by_ref().take_while(|token| *token != ";").collect();
                if let [_, key, _, value, _, field, _, number] = parts.as_slice() {
                    let mut entry = field[..1].to_uppercase() + &field[1..];
                    entry += "Entry";
                    let one = |name: &str, number, kind: &str| Field {
                        name: name.to_owned(),
                        number,
                        is_list: false,
                        kind: kind_of(kind),
                        oneof: None,
                    };
                    let fields = vec![one("key", 1, key), one("value", 2, value)];
                    let inner = Message { name: entry.clone(), fields, is_entry: true, ..Message::default() };
                    message.messages.push(inner);
                    let number = number.parse().unwrap_or_default();
                    message.fields.push(Field { is_list: true, ..one(field, number, &entry) });
                }
            }
            first => {
                let is_list = first == "repeated";
                let kind = if is_list { tokens.next().unwrap_or_default() } else { first };
                let parts: Vec<&str> = tokens.by_ref().take_while(|token| *token != ";").collect();
                if let [name, "=", number] = parts.as_slice() {
                    let (name, number) = ((*name).to_owned(), number.parse().unwrap_or_default());
                    message.fields.push(Field { name, number, is_list, kind: kind_of(kind), oneof });
                }
            }
        }
    }
    message
}

fn kind_of(name: &str) -> Kind {
    match name {
        "double" => Kind::Double,
        "int32" => Kind::Int32,
        "bool" => Kind::Bool,
        "string" => Kind::String,
        "bytes" => Kind::Bytes,
        name => Kind::Message(name.to_owned()),
    }
}

fn enumeration(name: String, tokens: &mut Tokens<'_>) -> Enum {
    let body: Vec<&str> = tokens.by_ref().take_while(|token| *token != "}").skip(1).collect();
    let value = |value: &[&str]| Some((value.first()?.to_string(), value.get(2)?.parse().ok()?));
    Enum { name, values: body.split(|token| *token == ";").filter_map(value).collect() }
}

fn methods(tokens: &mut Tokens<'_>) -> Vec<Method> {
    let mut methods: Vec<Method> = Vec::new();
    let mut depth = 0;
    while let Some(token) = tokens.next() {
        match token {
            "{" => depth += 1,
            "}" if depth == 1 => break,
            "}" => depth -= 1,
            "deprecated" => methods.last_mut().into_iter().for_each(|method| method.is_deprecated = true),
            "rpc" => {
                let name = tokens.next().unwrap_or_default().to_owned();
                let mut side = || {
                    let inner: Vec<&str> = (tokens.by_ref().skip_while(|token| *token != "(").skip(1))
                        .take_while(|token| *token != ")")
                        .collect();
                    let name = inner.last().copied().unwrap_or_default().to_owned();
                    (inner.len() == 2, name)
                };
                let (takes, returns) = (side(), side());
                methods.push(Method { name, takes, returns, is_deprecated: false });
            }
            _ => {}
        }
    }
    methods
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_files_is_passed_over() {
        let texts = [
            include_str!("struct.proto"),
            include_str!("registry.proto"),
            include_str!("health.proto"),
            include_str!("reflection.proto"),
        ];
        for (file, text) in files().files.iter().zip(texts) {
            let count = |word: &str| text.lines().filter(|line| line.trim_start().starts_with(word)).count();
            assert_eq!(file.messages.len(), count("message "), "{}", file.name);
            let methods: usize = file.services.iter().map(|service| service.methods.len()).sum();
            assert_eq!(methods, count("rpc "), "{}", file.name);
            let fields: usize = file.messages.iter().map(|message| message.fields.len()).sum();
            let values: usize = (file.enums.iter())
                .chain(file.messages.iter().flat_map(|message| &message.enums))
                .map(|one| one.values.len())
                .sum();
            let numbered = text.lines().filter(|line| {
                let number = line.trim().strip_suffix(';').and_then(|line| line.rsplit_once(" = "));
                number.is_some_and(|(_, number)| number.parse::<u32>().is_ok())
            });
            assert_eq!(fields + values, numbered.count(), "{}", file.name);
        }
        assert_eq!(files().returned("/api.Registry/GetPackage"), Some("api.Package"));
        let custom = "/api.ExperimentalRegistry/ExperimentalListPackageCustomSchemas";
        assert_eq!(files().returned(custom), Some("google.protobuf.Struct"));
    }
}
