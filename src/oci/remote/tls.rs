//! Certificates: whom we trust, and who we are to a server that asks for one of ours.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};
use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, TlsConfig, parse_pem};

use super::Options;
use crate::oci::error::{Error, Kind};

/// What is known of certificates before a host is asked.
pub(super) struct Trust {
    /// Any certificate is good enough.
    insecure: bool,
    /// Authorities for every host: a token service or a store of blobs may be theirs, too.
    extra: Vec<Certificate<'static>>,
    /// Folders with one folder for each host, as docker and podman keep them; the first that has one counts.
    folders: Vec<PathBuf>,
    system: OnceLock<Vec<Certificate<'static>>>,
}

/// What a folder of a host holds.
#[derive(Default)]
struct Own {
    authorities: Vec<Certificate<'static>>,
    client: Option<ClientCert>,
}

impl Trust {
    /// Reads the authorities that count for every host.
    pub(super) fn new(options: &Options) -> Result<Self, Error> {
        let extra = options.ca_file.as_deref().map(certificates).transpose()?.unwrap_or_default();
        Ok(Trust {
            insecure: options.insecure,
            extra,
            folders: options.certificates.clone(),
            system: OnceLock::new(),
        })
    }

    /// How TLS is spoken with a host, which is written with its port where that is not the usual one. Our own
    /// certificate is shown to the host whose folder has it, and to nobody else.
    pub(super) fn config(&self, host: &str) -> Result<TlsConfig, Error> {
        let mut folders = self.folders.iter().map(|folder| folder.join(host));
        // A redirect to the host `..` leads to no other folder.
        let folder = folders.find(|folder| !host.starts_with('.') && folder.is_dir());
        let own = folder.map_or(Ok(Own::default()), |folder| own(&folder))?;
        let mut roots: Vec<_> = self.extra.iter().chain(&own.authorities).cloned().collect();
        let roots = if roots.is_empty() {
            RootCerts::PlatformVerifier
        } else {
            roots.extend_from_slice(self.system.get_or_init(system));
            RootCerts::from(roots)
        };
        let config = TlsConfig::builder().root_certs(roots).client_cert(own.client);
        Ok(config.disable_verification(self.insecure).build())
    }
}

fn system() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs().certs;
    found.iter().map(|der| Certificate::from_der(der).to_owned()).collect()
}

/// Reads a folder of `certs.d` (containers-certs.d(5)): `*.crt` are authorities, `*.cert` with `*.key` is our
/// own certificate.
fn own(folder: &Path) -> Result<Own, Error> {
    let entries = fs::read_dir(folder).map_err(|cause| Error::io("read", folder, &cause))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let mut own = Own::default();
    let ends = |file: &Path, with: &str| file.extension().is_some_and(|extension| extension == with);
    for file in &files {
        if ends(file, "crt") {
            own.authorities.extend(certificates(file)?);
        } else if ends(file, "cert") && own.client.is_none() {
            own.client = Some(client(file, &file.with_extension("key"))?);
        } else if ends(file, "key") && !file.with_extension("cert").exists() {
            let message = format!("{} has no certificate beside it", file.display());
            let hint = format!("add {}", file.with_extension("cert").display());
            return Err(Error::new(Kind::Input, message).hint(hint));
        }
    }
    Ok(own)
}

fn client(certificate: &Path, key: &Path) -> Result<ClientCert, Error> {
    if !key.exists() {
        let message = format!("{} has no key beside it", certificate.display());
        return Err(Error::new(Kind::Input, message).hint(format!("add {}", key.display())));
    }
    let pem = fs::read(key).map_err(|cause| Error::io("read", key, &cause))?;
    // The causes could quote the key.
    let unfit = |why: &str| {
        Error::new(Kind::Input, format!("{} {why}", key.display()))
            .hint("give a key without a passphrase, which starts with `-----BEGIN PRIVATE KEY-----`")
    };
    let read = PrivateKey::from_pem(&pem).map_err(|_| unfit("holds no private key in PEM"))?;
    let chain = certificates(certificate)?;
    // Whoever connects takes a key that does not fit for a fault of the program.
    let der = chain.iter().map(|one| CertificateDer::from(one.der().to_vec())).collect();
    let private = PrivateKeyDer::try_from(read.der().to_vec()).map_err(|_| unfit("holds no private key"))?;
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .and_then(|builder| {
            builder.with_root_certificates(RootCertStore::empty()).with_client_auth_cert(der, private)
        })
        .map_err(|_| unfit(&format!("is not the key of {}", certificate.display())))?;
    Ok(ClientCert::new_with_certs(&chain, read))
}

/// Reads a file of certificates; one that holds none is a mistake.
fn certificates(file: &Path) -> Result<Vec<Certificate<'static>>, Error> {
    let pem = fs::read(file).map_err(|cause| Error::io("read", file, &cause))?;
    let mut certificates = Vec::new();
    for item in parse_pem(&pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => certificates.push(certificate),
            Ok(_) => {}
            Err(_) => certificates.clear(),
        }
    }
    if certificates.is_empty() {
        return Err(Error::new(Kind::Input, format!("{} holds no certificate in PEM", file.display()))
            .hint("give the file that starts with `-----BEGIN CERTIFICATE-----`"));
    }
    Ok(certificates)
}
