//! What can be set, and where: a flag wins over the environment (`HAI_LONG_*`), which wins over the settings file.

mod oidc;

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use collector::delay::Delay;
use collector::reports::due::{DueRule, MOST_DAYS, USUAL_DAYS};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

pub use self::oidc::OidcArgs;

/// Groups of fewer respondents are suppressed, unless the administrator says otherwise.
const THRESHOLD: u64 = 5;

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line, for a log collector.
    Json,
}

/// Settings of every command.
#[derive(Clone, Debug, Args)]
pub struct CommonArgs {
    /// Settings file (TOML); its keys are the long names of the flags
    #[arg(long, global = true, env = "HAI_LONG_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data folder; made with access for its owner alone when it is not there [default: data]
    #[arg(long, global = true, env = "HAI_LONG_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Rules that flag odd responses, in place of those that come with the program (JSON); checked before anything is read
    #[arg(long, global = true, env = "HAI_LONG_FLAG_RULES", value_name = "FILE")]
    pub flag_rules: Option<PathBuf>,
    /// Days on which nobody works although they are no weekend, as 2026-09-02, separated by commas: citizen reports are not due
    /// on them, and ratings at a kiosk are flagged
    #[arg(
        long,
        global = true,
        env = "HAI_LONG_HOLIDAYS",
        value_delimiter = ',',
        value_name = "DATE"
    )]
    pub holidays: Vec<Date>,
    /// What to log: a level, or levels by module such as "info,collector=debug" [default: info for serve, else warn]
    #[arg(long, global = true, env = "HAI_LONG_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    /// How to write the log, on standard error [default: human]
    #[arg(
        long,
        global = true,
        env = "HAI_LONG_LOG_FORMAT",
        value_name = "FORMAT"
    )]
    pub log_format: Option<LogFormat>,
}

/// Settings of figures.
#[derive(Clone, Debug, Args)]
pub struct FigureArgs {
    /// Suppress groups of fewer respondents than this [default: 5]
    #[arg(long, env = "HAI_LONG_THRESHOLD", value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub threshold: Option<u64>,
    /// Hours after the end of a day (Asia/Ho_Chi_Minh) until its ratings are part of figures, all together; 0 shows each rating
    /// at once [default: 24]
    #[arg(long, env = "HAI_LONG_REPORT_DELAY_HOURS", value_name = "HOURS", value_parser = clap::value_parser!(u16).range(0..=i64::from(Delay::MOST_HOURS)))]
    pub report_delay_hours: Option<u16>,
}

/// Settings of citizen reports.
#[derive(Clone, Debug, Default, Args)]
pub struct ReportArgs {
    /// Working days within which a citizen report must be answered, after the day on which it came [default: 10]
    #[arg(long, env = "HAI_LONG_REPORT_DAYS", value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST_DAYS)))]
    pub report_days: Option<u16>,
    /// How the 18 points of "Mức độ hài lòng" are split over the three ratios of QĐ 766, as 6,6,6; without it no points are
    /// given, since the split is not verified
    #[arg(
        long,
        env = "HAI_LONG_QD766_POINTS",
        value_delimiter = ',',
        value_name = "POINTS"
    )]
    pub qd766_points: Vec<f64>,
}

/// Settings of the server.
#[derive(Clone, Debug, Args)]
pub struct ServerArgs {
    /// Address and port to listen on; port 0 takes a free one [default: 127.0.0.1:8080]
    #[arg(long, env = "HAI_LONG_LISTEN", value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// Folder with the built web files [default: dist]
    #[arg(long, env = "HAI_LONG_WEB", value_name = "DIR")]
    pub web: Option<PathBuf>,
    /// What the links of invites begin with, as citizens reach the collector, and where officers come back to who sign in by
    /// OpenID Connect [default: http:// and the address above]
    #[arg(long, env = "HAI_LONG_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// Mark session cookies "Secure": set this when people reach the collector over HTTPS through a proxy
    #[arg(long, env = "HAI_LONG_SECURE_COOKIES", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub secure_cookies: Option<bool>,
    /// Proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, separated by commas
    #[arg(
        long,
        env = "HAI_LONG_TRUSTED_PROXIES",
        value_delimiter = ',',
        value_name = "IP"
    )]
    pub trusted_proxies: Vec<IpAddr>,
}

/// The settings file; every key is optional.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
struct File {
    data: Option<PathBuf>,
    flag_rules: Option<PathBuf>,
    log: Option<String>,
    log_format: Option<LogFormat>,
    threshold: Option<u64>,
    report_delay_hours: Option<u16>,
    listen: Option<SocketAddr>,
    web: Option<PathBuf>,
    public_url: Option<String>,
    secure_cookies: Option<bool>,
    trusted_proxies: Vec<IpAddr>,
    report_days: Option<u16>,
    holidays: Vec<Date>,
    qd766_points: Vec<f64>,
    oidc_issuer: Option<String>,
    oidc_client_id: Option<String>,
    oidc_client_secret_file: Option<PathBuf>,
    oidc_name: Option<String>,
}

/// `https://HOST` or `http://HOST`, with a path if need be.
fn public_url(text: &str) -> Result<String, String> {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"))
        .map(|rest| rest.trim_end_matches('/'));
    match rest {
        Some(rest) if !rest.is_empty() && !rest.contains(['?', '#', ' ', '"', '<', '>']) => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("write https:// and the host, without ? and #".to_owned()),
    }
}

/// Settings of every command, resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Common {
    /// Data folder.
    pub data: PathBuf,
    /// File with the authority's own rules of flags, if it has any.
    pub flag_rules: Option<PathBuf>,
    /// Days on which nobody works although they are no weekend.
    pub holidays: BTreeSet<Date>,
    /// Log filter, if one was chosen.
    pub log: Option<String>,
    /// Log format.
    pub log_format: LogFormat,
    file: File,
}

/// Settings of the server, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Where to listen.
    pub listen: SocketAddr,
    /// Built web files.
    pub web: PathBuf,
    /// What the links of invites begin with, when it is set.
    pub public_url: Option<String>,
    /// Mark cookies secure.
    pub secure_cookies: bool,
    /// Believed proxies.
    pub trusted_proxies: Vec<IpAddr>,
}

impl Common {
    /// Reads the settings file, if one is named, and resolves what every command needs.
    ///
    /// # Errors
    /// When the file cannot be read, is no TOML, or has a key or value that is none of ours.
    pub fn resolve(args: &CommonArgs) -> Result<Self> {
        let file = args
            .config
            .as_deref()
            .map_or_else(|| Ok(File::default()), File::read)?;
        Ok(Self {
            data: args
                .data
                .clone()
                .or_else(|| file.data.clone())
                .unwrap_or_else(|| PathBuf::from("data")),
            flag_rules: args.flag_rules.clone().or_else(|| file.flag_rules.clone()),
            holidays: match args.holidays.as_slice() {
                [] => file.holidays.as_slice(),
                set => set,
            }
            .iter()
            .copied()
            .collect(),
            log: args.log.clone().or_else(|| file.log.clone()),
            log_format: args.log_format.or(file.log_format).unwrap_or_default(),
            file,
        })
    }

    /// The threshold of suppression.
    pub fn threshold(&self, args: &FigureArgs) -> u64 {
        args.threshold.or(self.file.threshold).unwrap_or(THRESHOLD)
    }

    /// How long the ratings of a day are held back from figures.
    pub fn delay(&self, args: &FigureArgs) -> Delay {
        args.report_delay_hours
            .or(self.file.report_delay_hours)
            .map_or_else(Delay::default, Delay::of_hours)
    }

    /// The last business day whose ratings may be part of figures now; none: every day.
    pub fn shown_to(&self, args: &FigureArgs) -> Option<Date> {
        self.delay(args).last_day(Timestamp::now())
    }

    /// By when citizen reports must be answered.
    pub fn due(&self, args: &ReportArgs) -> DueRule {
        let days = args.report_days.or(self.file.report_days);
        DueRule {
            days: days.unwrap_or(USUAL_DAYS),
            holidays: self.holidays.clone(),
        }
    }

    /// How the 18 points of QĐ 766 are split, when that is set.
    ///
    /// # Errors
    /// When they are not three numbers that add up to 18.
    pub fn qd766_points(&self, args: &ReportArgs) -> Result<Option<[f64; 3]>> {
        let points = if args.qd766_points.is_empty() {
            &self.file.qd766_points
        } else {
            &args.qd766_points
        };
        if points.is_empty() {
            return Ok(None);
        }
        let sum: f64 = points.iter().sum();
        <[f64; 3]>::try_from(points.as_slice())
            .ok()
            .filter(|points| points.iter().all(|one| *one >= 0.0) && (sum - 18.0).abs() < 1e-9)
            .map(Some)
            .context(
                "qd766-points: give three numbers that add up to 18, as 6,6,6, or leave it out",
            )
    }

    /// The server's settings.
    pub fn server(&self, args: &ServerArgs) -> Server {
        let file = &self.file;
        Server {
            listen: args
                .listen
                .or(file.listen)
                .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080))),
            web: args
                .web
                .clone()
                .or_else(|| file.web.clone())
                .unwrap_or_else(|| PathBuf::from("dist")),
            public_url: args.public_url.clone().or_else(|| file.public_url.clone()),
            secure_cookies: args.secure_cookies.or(file.secure_cookies).unwrap_or(false),
            trusted_proxies: if args.trusted_proxies.is_empty() {
                file.trusted_proxies.clone()
            } else {
                args.trusted_proxies.clone()
            },
        }
    }
}

impl File {
    fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the settings file {} cannot be read", path.display()))?;
        let mut file = Self::parse(&text)
            .with_context(|| format!("the settings file {} is faulty", path.display()))?;
        // A path in the file means the same wherever the command is started.
        let folder = path.parent().unwrap_or(Path::new(""));
        for setting in [
            &mut file.data,
            &mut file.web,
            &mut file.flag_rules,
            &mut file.oidc_client_secret_file,
        ] {
            *setting = setting.take().map(|path| folder.join(path));
        }
        Ok(file)
    }

    fn parse(text: &str) -> Result<Self> {
        let file: Self = toml::from_str(text)?;
        if let Some(url) = &file.public_url {
            public_url(url).map_err(|mend| anyhow::anyhow!("public-url: {mend}"))?;
        }
        anyhow::ensure!(
            file.threshold != Some(0),
            "threshold: must be at least 1; leave it out for the usual {THRESHOLD}"
        );
        let (usual, most) = (Delay::USUAL_HOURS, Delay::MOST_HOURS);
        anyhow::ensure!(
            file.report_delay_hours.is_none_or(|hours| hours <= most),
            "report-delay-hours: must be from 0 to {most}; leave it out for the usual {usual}"
        );
        anyhow::ensure!(
            file.report_days
                .is_none_or(|days| (1..=MOST_DAYS).contains(&days)),
            "report-days: must be from 1 to {MOST_DAYS}; leave it out for the usual {USUAL_DAYS}"
        );
        Ok(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn common(config: Option<PathBuf>, data: Option<&str>) -> Result<Common> {
        Common::resolve(&CommonArgs {
            config,
            data: data.map(PathBuf::from),
            flag_rules: None,
            holidays: Vec::new(),
            log: None,
            log_format: None,
        })
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hai-long.toml");
        std::fs::write(
            &path,
            "data = \"db\"\nflag-rules = \"flags.json\"\nholidays = [\"2026-09-02\"]\nthreshold = 10\nreport-delay-hours = 48\nlog-format = \"json\"\n",
        )
        .unwrap();
        let settings = common(Some(path.clone()), None).unwrap();
        assert_eq!(settings.data, folder.path().join("db"));
        assert_eq!(settings.flag_rules, Some(folder.path().join("flags.json")));
        assert_eq!(
            settings.due(&ReportArgs::default()).holidays,
            [jiff::civil::date(2026, 9, 2)].into()
        );
        assert_eq!(settings.log_format, LogFormat::Json);
        let figures = |threshold, report_delay_hours| FigureArgs {
            threshold,
            report_delay_hours,
        };
        assert_eq!(settings.threshold(&figures(None, None)), 10);
        assert_eq!(settings.threshold(&figures(Some(7), None)), 7);
        assert_eq!(settings.delay(&figures(None, None)).hours(), 48);
        assert_eq!(settings.delay(&figures(None, Some(0))), Delay::NONE);
        assert_eq!(common(Some(path), Some("x")).unwrap().data, Path::new("x"));
        let unset = common(None, None).unwrap();
        assert_eq!(unset.data, Path::new("data"));
        assert_eq!(unset.delay(&figures(None, None)).hours(), 24);
    }

    #[test]
    fn a_faulty_file_is_refused_with_the_key_and_what_belongs_there() {
        let told = |text: &str| format!("{:#}", File::parse(text).unwrap_err());
        let unknown = told("lissten = \"127.0.0.1:1\"");
        assert!(
            unknown.contains("lissten") && unknown.contains("`listen`"),
            "{unknown}"
        );
        assert!(told("listen = \"here\"").contains("listen"));
        assert!(told("threshold = 0").contains("at least 1"));
        assert!(told("log-format = \"xml\"").contains("json"));
        assert!(told("report-days = 0").contains("from 1 to"));
        assert!(told("report-delay-hours = 745").contains("from 0 to 744"));
        assert!(told("report-delay-hours = -1").contains("report-delay-hours"));
        assert!(told("holidays = [\"2026-02-30\"]").contains("holidays"));
    }

    #[test]
    fn the_split_of_the_18_points_is_three_numbers_that_add_up_or_none() {
        let common = common(None, None).unwrap();
        let split = |points: &[f64]| {
            common.qd766_points(&ReportArgs {
                qd766_points: points.to_vec(),
                ..ReportArgs::default()
            })
        };
        assert_eq!(split(&[]).unwrap(), None);
        assert_eq!(split(&[6.0, 5.5, 6.5]).unwrap(), Some([6.0, 5.5, 6.5]));
        for wrong in [
            &[18.0][..],
            &[6.0, 6.0, 5.0],
            &[20.0, -1.0, -1.0],
            &[f64::NAN; 3],
        ] {
            assert!(
                split(wrong)
                    .unwrap_err()
                    .to_string()
                    .contains("add up to 18")
            );
        }
    }
}
