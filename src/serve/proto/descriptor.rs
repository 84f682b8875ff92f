//! Files as `google.protobuf.FileDescriptorProto`, which reflection answers with. Field numbers are those of
//! `descriptor.proto`.

use super::{Enum, File, Kind, Message, Service};
use crate::index::wire;

impl File {
    /// Returns the encoded descriptor.
    pub(in crate::serve) fn descriptor(&self) -> Vec<u8> {
        let mut out = Vec::new();
        wire::string(&mut out, 1, &self.name);
        wire::string(&mut out, 2, &self.package);
        self.imports.iter().for_each(|import| wire::string(&mut out, 3, import));
        self.messages.iter().for_each(|one| wire::bytes(&mut out, 4, &message(one)));
        self.enums.iter().for_each(|one| wire::bytes(&mut out, 5, &enumeration(one)));
        self.services.iter().for_each(|one| wire::bytes(&mut out, 6, &service(one)));
        wire::string(&mut out, 12, "proto3");
        out
    }

    /// Returns the names of the files that it needs.
    pub(in crate::serve) fn imports(&self) -> &[String] {
        &self.imports
    }
}

fn message(message: &Message) -> Vec<u8> {
    let mut out = Vec::new();
    wire::string(&mut out, 1, &message.name);
    for field in &message.fields {
        let mut one = Vec::new();
        wire::string(&mut one, 1, &field.name);
        wire::number(&mut one, 3, field.number.into());
        wire::number(&mut one, 4, if field.is_list { 3 } else { 1 });
        let (kind, name) = match &field.kind {
            Kind::Double => (1, None),
            Kind::Int32 => (5, None),
            Kind::Bool => (8, None),
            Kind::String => (9, None),
            Kind::Message(name) => (11, Some(name)),
            Kind::Bytes => (12, None),
            Kind::Enum(name) => (14, Some(name)),
        };
        wire::number(&mut one, 5, kind);
        name.into_iter().for_each(|name| wire::string(&mut one, 6, &format!(".{name}")));
        if let Some(oneof) = field.oneof {
            wire::varint(&mut one, 9 << 3);
            wire::varint(&mut one, oneof as u64);
        }
        wire::string(&mut one, 10, &camel(&field.name));
        wire::bytes(&mut out, 2, &one);
    }
    message.messages.iter().for_each(|inner| wire::bytes(&mut out, 3, &self::message(inner)));
    message.enums.iter().for_each(|inner| wire::bytes(&mut out, 4, &enumeration(inner)));
    if message.is_entry {
        let mut options = Vec::new();
        wire::number(&mut options, 7, 1);
        wire::bytes(&mut out, 7, &options);
    }
    message.oneofs.iter().for_each(|oneof| wire::strings(&mut out, 8, &[oneof]));
    out
}

fn enumeration(one: &Enum) -> Vec<u8> {
    let mut out = Vec::new();
    wire::string(&mut out, 1, &one.name);
    for (name, number) in &one.values {
        let mut value = Vec::new();
        wire::string(&mut value, 1, name);
        wire::varint(&mut value, 2 << 3);
        wire::varint(&mut value, (*number).into());
        wire::bytes(&mut out, 2, &value);
    }
    out
}

fn service(service: &Service) -> Vec<u8> {
    let mut out = Vec::new();
    wire::string(&mut out, 1, &service.name);
    for method in &service.methods {
        let mut one = Vec::new();
        wire::string(&mut one, 1, &method.name);
        wire::string(&mut one, 2, &format!(".{}", method.takes.1));
        wire::string(&mut one, 3, &format!(".{}", method.returns.1));
        if method.is_deprecated {
            let mut options = Vec::new();
            wire::number(&mut options, 33, 1);
            wire::bytes(&mut one, 4, &options);
        }
        wire::number(&mut one, 5, method.takes.0.into());
        wire::number(&mut one, 6, method.returns.0.into());
        wire::bytes(&mut out, 2, &one);
    }
    out
}

/// The name of a field in JSON.
pub(super) fn camel(name: &str) -> String {
    let mut out = String::new();
    for part in name.split('_') {
        match part.chars().next() {
            Some(first) if !out.is_empty() => {
                out.extend(first.to_uppercase());
                out.push_str(&part[first.len_utf8()..]);
            }
            _ => out.push_str(part),
        }
    }
    out
}
