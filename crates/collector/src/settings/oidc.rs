//! The provider of accounts that officers may sign in by: all of it is set, or nothing.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use collector::oidc::ProviderSettings;

use super::Common;

/// The secret, for who cannot mount a file. No flag: other users of the machine see the arguments of a program.
const SECRET: &str = "HAI_LONG_OIDC_CLIENT_SECRET";
/// Longest file that is read for a secret, in bytes.
const LONGEST_SECRET: usize = 4096;

/// Settings of signing in by OpenID Connect.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Signing in by the accounts of the authority (OpenID Connect)")]
pub struct OidcArgs {
    /// The provider's address, to the letter as it writes itself; needs --public-url, and a secret from
    /// --oidc-client-secret-file or the environment variable HAI_LONG_OIDC_CLIENT_SECRET
    #[arg(long, env = "HAI_LONG_OIDC_ISSUER", value_name = "URL")]
    pub oidc_issuer: Option<String>,
    /// What the provider calls this collector
    #[arg(long, env = "HAI_LONG_OIDC_CLIENT_ID", value_name = "ID")]
    pub oidc_client_id: Option<String>,
    /// File whose first line is the client's secret
    #[arg(long, env = "HAI_LONG_OIDC_CLIENT_SECRET_FILE", value_name = "FILE")]
    pub oidc_client_secret_file: Option<PathBuf>,
    /// Text of the button, as "Đăng nhập bằng tài khoản của tỉnh" [default: of the agency, in the page's language]
    #[arg(long, env = "HAI_LONG_OIDC_NAME", value_name = "TEXT")]
    pub oidc_name: Option<String>,
}

impl Common {
    /// The issuer in the settings file.
    pub fn oidc_issuer(&self) -> Option<&str> {
        self.file.oidc_issuer.as_deref()
    }

    /// The provider, if one is set up. `public_url` is where browsers reach the staff pages, when that is set.
    ///
    /// # Errors
    /// When a part of it is missing or does not fit, by the part's name.
    pub fn provider(
        &self,
        args: &OidcArgs,
        public_url: Option<&str>,
    ) -> Result<Option<ProviderSettings>> {
        let secret = std::env::var(SECRET).ok().filter(|text| !text.is_empty());
        self.provider_with(args, public_url, secret)
    }

    fn provider_with(
        &self,
        args: &OidcArgs,
        public_url: Option<&str>,
        secret: Option<String>,
    ) -> Result<Option<ProviderSettings>> {
        let file = &self.file;
        let issuer = args.oidc_issuer.as_ref().or(file.oidc_issuer.as_ref());
        let client_id = args
            .oidc_client_id
            .as_ref()
            .or(file.oidc_client_id.as_ref());
        let secret_file = args
            .oidc_client_secret_file
            .as_ref()
            .or(file.oidc_client_secret_file.as_ref());
        let name = args.oidc_name.as_ref().or(file.oidc_name.as_ref());
        let (Some(issuer), Some(client_id)) = (issuer, client_id) else {
            let stray = [
                (issuer.is_some(), "oidc-issuer"),
                (client_id.is_some(), "oidc-client-id"),
                (secret_file.is_some(), "oidc-client-secret-file"),
                (secret.is_some(), SECRET),
                (name.is_some(), "oidc-name"),
            ];
            if let Some((_, stray)) = stray.into_iter().find(|(is_set, _)| *is_set) {
                bail!(
                    "{stray} is set, but signing in by OpenID Connect needs oidc-issuer and oidc-client-id both; set them, or none of it"
                );
            }
            return Ok(None);
        };
        let secret = match (secret_file, secret) {
            (Some(file), None) => first_line(file)?,
            (None, Some(secret)) => secret,
            (Some(_), Some(_)) => bail!(
                "the secret of the client is given twice: by oidc-client-secret-file and by {SECRET}; leave one out"
            ),
            (None, None) => bail!(
                "oidc-client-secret-file: name the file with the client's secret, or set {SECRET}; the provider shows the secret \
                 where the client is set up"
            ),
        };
        let public_url = public_url.context(
            "public-url: signing in by OpenID Connect comes back to it; set it to https:// and the host by which officers reach \
             the staff pages",
        )?;
        Ok(Some(ProviderSettings::new(
            issuer,
            client_id,
            &secret,
            name.map(String::as_str),
            public_url,
        )?))
    }
}

fn first_line(file: &Path) -> Result<String> {
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("oidc-client-secret-file: {} cannot be read", file.display()))?;
    let line = text.lines().next().unwrap_or_default().trim();
    ensure!(
        (1..=LONGEST_SECRET).contains(&line.len()),
        "oidc-client-secret-file: the first line of {} must be the client's secret",
        file.display()
    );
    Ok(line.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::File;
    use super::*;

    fn common(text: &str) -> Common {
        Common {
            file: File::parse(text).unwrap(),
            data: PathBuf::from("data"),
            flag_rules: None,
            holidays: std::collections::BTreeSet::new(),
            log: None,
            log_format: super::super::LogFormat::default(),
        }
    }

    const WHOLE: &str =
        "oidc-issuer = \"https://sso.tinh.gov.vn/\"\noidc-client-id = \"hai-long\"\n";
    const PUBLIC: Option<&str> = Some("https://hailong.tinh.gov.vn");

    fn secret() -> Option<String> {
        Some("secret".to_owned())
    }

    #[test]
    fn all_of_it_is_set_or_nothing() {
        let none = OidcArgs::default();
        let nothing = common("").provider_with(&none, PUBLIC, None).unwrap();
        assert!(nothing.is_none());
        let whole = common(WHOLE).provider_with(&none, PUBLIC, secret());
        assert!(whole.unwrap().is_some());
        let told = |text: &str, public_url, secret| {
            let refused = common(text).provider_with(&none, public_url, secret);
            format!("{:#}", refused.unwrap_err())
        };
        assert!(told("oidc-issuer = \"https://a/\"", PUBLIC, None).contains("oidc-client-id"));
        assert!(told("oidc-name = \"Tỉnh\"", PUBLIC, None).contains("oidc-issuer"));
        assert!(told("", PUBLIC, secret()).contains(SECRET));
        assert!(told(WHOLE, PUBLIC, None).contains("oidc-client-secret-file"));
        assert!(told(WHOLE, None, secret()).contains("public-url"));
        let plain = WHOLE.replace("https", "http");
        assert!(told(&plain, PUBLIC, secret()).contains("oidc-issuer"));
    }

    #[test]
    fn the_secret_is_the_first_line_of_a_file_or_in_the_environment_and_in_no_other_place() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        let args = OidcArgs {
            oidc_client_secret_file: Some(file.clone()),
            ..OidcArgs::default()
        };
        let told = |secret| {
            let refused = common(WHOLE).provider_with(&args, PUBLIC, secret);
            format!("{:#}", refused.unwrap_err())
        };
        assert!(told(None).contains("cannot be read"));
        std::fs::write(&file, "\n").unwrap();
        assert!(told(None).contains("first line"));
        std::fs::write(&file, "secret\n").unwrap();
        assert!(told(secret()).contains("twice"));
        let taken = common(WHOLE).provider_with(&args, PUBLIC, None);
        assert!(taken.unwrap().is_some());
        assert!(File::parse("oidc-client-secret = \"x\"").is_err());
    }
}
