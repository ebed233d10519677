//! Every SQL statement of this engine. A test prepares each one against the migrated schema.

/// Declares the statements and, for the test, the list of all of them.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:literal;)+) => {
        $($(#[$doc])* pub const $name: &str = $sql;)+
        #[cfg(test)]
        pub const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),+];
    };
}

statements! {
    BEGIN = "BEGIN IMMEDIATE";
    COMMIT = "COMMIT";
    ROLLBACK = "ROLLBACK";
    /// A reader's snapshot: what it reads in several statements belongs together.
    BEGIN_READ = "BEGIN DEFERRED";
    CHECKPOINT = "PRAGMA wal_checkpoint(TRUNCATE)";
    ALIVE = "SELECT count(*) FROM watermark";
    /// About as much as a full request, so that a little room which is left does not pass for enough; and never the same,
    /// since an equal page would not be written.
    TRY_TO_WRITE = "INSERT OR REPLACE INTO note (name, value) VALUES ('trial', hex(randomblob(32768)))";
    /// Reads every page; says "ok" or what is wrong, at most so much.
    READ_ALL = "PRAGMA quick_check(1)";
    /// The same, and holds the indexes against the tables.
    CHECK_FILE = "PRAGMA integrity_check(20)";

    NAME_ID = "SELECT id FROM name WHERE kind = ?1 AND text = ?2";
    NAME_TEXT = "SELECT text FROM name WHERE id = ?1";
    ADD_NAME = "INSERT INTO name (kind, text) VALUES (?1, ?2) RETURNING id";
    FORMS = "SELECT id, form, version, shape FROM form";
    FORM_ROW = "SELECT id, shape FROM form WHERE form = ?1 AND version = ?2";
    ADD_FORM = "INSERT INTO form (form, version, shape) VALUES (?1, ?2, ?3) RETURNING id";

    /// Writes nothing when the id is taken, or when the response counts and its pseudonym is taken.
    ADD_RESPONSE = "INSERT INTO response (id, fingerprint, form, unit, procedure, field, timeliness, touchpoint,
            channel, provenance, pseudonym, repeat_of, day, received_at, answers, flags, assisted, partial, reasons,
            locale, scale_order, presentation, device, boot, seq, started_at, submitted_at, elapsed_ms,
            clock_offset_ms, revision, audio)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22,
            ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31)
        ON CONFLICT DO NOTHING";
    /// Takes the same parameters as the statement above.
    REPLACE_RESPONSE = "UPDATE response SET fingerprint = ?2, form = ?3, unit = ?4, procedure = ?5, field = ?6,
            timeliness = ?7, touchpoint = ?8, channel = ?9, provenance = ?10, pseudonym = ?11, repeat_of = ?12,
            day = ?13, received_at = ?14, answers = ?15, flags = ?16, assisted = ?17, partial = ?18, reasons = ?19,
            locale = ?20, scale_order = ?21, presentation = ?22, device = ?23, boot = ?24, seq = ?25,
            started_at = ?26, submitted_at = ?27, elapsed_ms = ?28, clock_offset_ms = ?29, revision = ?30,
            audio = ?31
        WHERE id = ?1";
    STORED = "SELECT r.row, r.fingerprint, f.form, f.version, r.pseudonym, r.touchpoint, r.channel, d.text, r.partial,
            r.revision, r.repeat_of
        FROM response r JOIN form f ON f.id = r.form LEFT JOIN name d ON d.id = r.device
        WHERE r.id = ?1";
    COUNTED_ROW = "SELECT row FROM response WHERE pseudonym = ?1 AND repeat_of IS NULL";
    ADD_INVITE = "INSERT INTO invite (hash, form, version, touchpoint, pseudonym, unit, procedure, field, timeliness,
            flags, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    INVITE = "SELECT form, version, touchpoint, pseudonym, unit, procedure, field, timeliness, flags, expires_at, used_by
        FROM invite WHERE hash = ?1";
    INVITE_USED_BY = "SELECT used_by FROM invite WHERE hash = ?1";
    USE_INVITE = "UPDATE invite SET used_by = ?2 WHERE hash = ?1";
    REMOVE_COMMENT = "DELETE FROM comment WHERE row = ?1";
    ADD_COMMENT = "INSERT INTO comment (row, text) VALUES (?1, ?2)";

    FIRST_DAY = "SELECT min(day) FROM response WHERE form = ?1 AND day <= ?2 AND repeat_of IS NULL";
    LAST_DAY = "SELECT max(day) FROM response WHERE form = ?1 AND day <= ?2 AND repeat_of IS NULL";
    LAST_ROW = "SELECT coalesce(max(row), 0) FROM response";
    /// Counted responses in order of arrival, for the roll-ups and their verification.
    ROWS_AFTER = "SELECT form, unit, procedure, field, channel, touchpoint, timeliness, provenance, day, flags,
            assisted, partial, answers
        FROM response WHERE row > ?1 AND row <= ?2 AND repeat_of IS NULL ORDER BY row";
    ROWS_BY_DAY = "SELECT form, unit, procedure, field, channel, touchpoint, timeliness, provenance, day, flags,
            assisted, partial, answers
        FROM response INDEXED BY response_by_day
        WHERE form = ?1 AND day BETWEEN ?2 AND ?3 AND repeat_of IS NULL AND row <= ?4";
    ROWS_BY_UNIT = "SELECT form, unit, procedure, field, channel, touchpoint, timeliness, provenance, day, flags,
            assisted, partial, answers
        FROM response INDEXED BY response_by_unit
        WHERE form = ?1 AND day BETWEEN ?2 AND ?3 AND repeat_of IS NULL AND row <= ?4 AND unit = ?5";

    /// Everything that a counted response is placed by, in the order that `export` reads.
    EXPORT_PLACES = "SELECT row, fingerprint, unit, procedure, field, channel, touchpoint, timeliness, provenance, day
        FROM response WHERE form = ?1 AND repeat_of IS NULL AND (?2 IS NULL OR day <= ?2)";
    EXPORT_ROW = "SELECT unit, procedure, field, channel, touchpoint, timeliness, provenance, day, flags, partial, reasons,
            answers
        FROM response WHERE row = ?1 AND form = ?2 AND repeat_of IS NULL AND (?3 IS NULL OR day <= ?3)";
    /// What counted responses of these days say, of those received before a moment.
    SAID = "SELECT r.day, r.unit, r.field, r.procedure, r.reasons, c.text
        FROM response r INDEXED BY response_by_day LEFT JOIN comment c ON c.row = r.row
        WHERE r.form = ?1 AND r.day BETWEEN ?2 AND ?3 AND r.repeat_of IS NULL AND r.received_at < ?4";
    SAID_OF_UNIT = "SELECT r.day, r.unit, r.field, r.procedure, r.reasons, c.text
        FROM response r INDEXED BY response_by_unit LEFT JOIN comment c ON c.row = r.row
        WHERE r.form = ?1 AND r.day BETWEEN ?2 AND ?3 AND r.repeat_of IS NULL AND r.received_at < ?4 AND r.unit = ?5";
    /// The same columns and more, of repeats too.
    EXAMINED = "SELECT form, unit, procedure, field, channel, touchpoint, timeliness, provenance, day, flags,
            assisted, partial, answers, row, 1, device, received_at, submitted_at, elapsed_ms, clock_offset_ms,
            pseudonym IS NOT NULL
        FROM response INDEXED BY response_by_day
        WHERE form = ?1 AND day BETWEEN ?2 AND ?3 AND repeat_of IS NULL
        UNION ALL
        SELECT form, unit, procedure, field, channel, touchpoint, timeliness, provenance, day, flags,
            assisted, partial, answers, row, 0, device, received_at, submitted_at, elapsed_ms, clock_offset_ms,
            pseudonym IS NOT NULL
        FROM response INDEXED BY response_repeats
        WHERE form = ?1 AND day BETWEEN ?2 AND ?3 AND repeat_of IS NOT NULL";
    LOG_CHANGES = "SELECT day, changes FROM log_change WHERE form = ?1 AND day BETWEEN ?2 AND ?3";

    WATERMARK = "SELECT upto FROM watermark";
    SET_WATERMARK = "UPDATE watermark SET upto = ?1";
    MONTH_CELL = "SELECT cell FROM rollup_month WHERE form = ?1 AND month = ?2 AND unit = ?3 AND field = ?4
        AND channel = ?5 AND touchpoint = ?6 AND timeliness = ?7 AND provenance = ?8";
    PUT_MONTH_CELL = "INSERT OR REPLACE INTO rollup_month
            (form, month, unit, field, channel, touchpoint, timeliness, provenance, cell)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    REMOVE_MONTH_CELL = "DELETE FROM rollup_month WHERE form = ?1 AND month = ?2 AND unit = ?3 AND field = ?4
        AND channel = ?5 AND touchpoint = ?6 AND timeliness = ?7 AND provenance = ?8";
    MONTH_CELLS = "SELECT unit, field, channel, touchpoint, timeliness, provenance, cell
        FROM rollup_month WHERE form = ?1 AND month = ?2";
    MONTH_CELLS_OF_UNIT = "SELECT unit, field, channel, touchpoint, timeliness, provenance, cell
        FROM rollup_month WHERE form = ?1 AND month = ?2 AND unit = ?3";
    ALL_MONTH_CELLS = "SELECT form, month, unit, field, channel, touchpoint, timeliness, provenance, cell
        FROM rollup_month";
    CLEAR_MONTHS = "DELETE FROM rollup_month";
    UNIT_CELL = "SELECT cell FROM rollup_unit WHERE form = ?1 AND month = ?2 AND unit = ?3";
    PUT_UNIT_CELL = "INSERT OR REPLACE INTO rollup_unit (form, month, unit, cell) VALUES (?1, ?2, ?3, ?4)";
    REMOVE_UNIT_CELL = "DELETE FROM rollup_unit WHERE form = ?1 AND month = ?2 AND unit = ?3";
    UNIT_CELLS = "SELECT unit, cell FROM rollup_unit WHERE form = ?1 AND month = ?2";
    UNIT_CELLS_OF_UNIT = "SELECT unit, cell FROM rollup_unit WHERE form = ?1 AND month = ?2 AND unit = ?3";
    ALL_UNIT_CELLS = "SELECT form, month, unit, cell FROM rollup_unit";
    CLEAR_UNITS = "DELETE FROM rollup_unit";
    DAY_CELL = "SELECT cell FROM rollup_day WHERE form = ?1 AND day = ?2 AND unit = ?3";
    PUT_DAY_CELL = "INSERT OR REPLACE INTO rollup_day (form, day, unit, cell) VALUES (?1, ?2, ?3, ?4)";
    REMOVE_DAY_CELL = "DELETE FROM rollup_day WHERE form = ?1 AND day = ?2 AND unit = ?3";
    DAY_CELLS = "SELECT unit, cell FROM rollup_day WHERE form = ?1 AND day = ?2";
    DAY_CELLS_OF_UNIT = "SELECT unit, cell FROM rollup_day WHERE form = ?1 AND day = ?2 AND unit = ?3";
    ALL_DAY_CELLS = "SELECT form, day, unit, cell FROM rollup_day";
    CLEAR_DAYS = "DELETE FROM rollup_day";

    ADD_UNIT = "INSERT INTO unit (code, name, kind, parent, valid_from, valid_to) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT DO NOTHING";
    CHANGE_UNIT = "UPDATE unit SET name = ?2, kind = ?3, parent = ?4, valid_to = ?6
        WHERE code = ?1 AND valid_from IS ?5";
    UNITS = "SELECT code, name, kind, parent, valid_from, valid_to FROM unit ORDER BY code, valid_from";
    /// From the index of units alone.
    UNIT_CODES_REUSED = "SELECT EXISTS (SELECT 1 FROM unit GROUP BY code HAVING count(*) > 1)";
    ADD_UNIT_CHANGE = "INSERT INTO unit_change (unit, successor, from_day) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    REMOVE_UNIT_CHANGES = "DELETE FROM unit_change WHERE unit = ?1 AND from_day = ?2";
    UNIT_CHANGES = "SELECT unit, successor, from_day FROM unit_change ORDER BY unit, from_day, successor";
    UNIT_EXISTS = "SELECT EXISTS (SELECT 1 FROM unit WHERE code = ?1)";
    ADD_PROCEDURE = "INSERT INTO procedure (code, name, field) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    CHANGE_PROCEDURE = "UPDATE procedure SET name = ?2, field = ?3 WHERE code = ?1";
    PROCEDURES = "SELECT code, name, field FROM procedure ORDER BY code";
    FIELD_OF = "SELECT field FROM procedure WHERE code = ?1";
    ADD_DOSSIER = "INSERT INTO dossier (code, procedure, unit, authority, filing_channel, received_at, due_at,
            finished_at, finished_day, finished_month, outcome, updated_at, bucket)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)";
    CHANGE_DOSSIER = "UPDATE dossier SET procedure = ?2, unit = ?3, authority = ?4, filing_channel = ?5,
            received_at = ?6, due_at = ?7, finished_at = ?8, finished_day = ?9, finished_month = ?10,
            outcome = ?11, updated_at = ?12, bucket = ?13
        WHERE code = ?1";
    DOSSIER_NUMBERS = "SELECT procedure, unit, authority, filing_channel, received_at, due_at, finished_at, outcome, updated_at
        FROM dossier WHERE code = ?1";
    DOSSIER = "SELECT d.code, p.text, u.text, a.text, f.text, d.received_at, d.due_at, d.finished_at, o.text
        FROM dossier d JOIN name p ON p.id = d.procedure JOIN name u ON u.id = d.unit
            LEFT JOIN name a ON a.id = d.authority LEFT JOIN name f ON f.id = d.filing_channel
            LEFT JOIN name o ON o.id = d.outcome
        WHERE d.code = ?1";
    /// A word that was told already is there.
    ADD_DOSSIER_STATUS = "INSERT INTO dossier_status (code, at, status) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
    DOSSIER_STATUSES = "SELECT s.at, n.text FROM dossier_status s JOIN name n ON n.id = s.status
        WHERE s.code = ?1 ORDER BY s.at, n.text";
    FINISHED_ON = "SELECT d.code, p.text, u.text, a.text, f.text, d.received_at, d.due_at, d.finished_at, o.text
        FROM dossier d INDEXED BY dossier_finished JOIN name p ON p.id = d.procedure JOIN name u ON u.id = d.unit
            LEFT JOIN name a ON a.id = d.authority LEFT JOIN name f ON f.id = d.filing_channel
            LEFT JOIN name o ON o.id = d.outcome
        WHERE d.finished_day = ?1 ORDER BY d.code";
    /// Was an invite given out for this pseudonym, and does a response count for it?
    ASKED = "SELECT EXISTS (SELECT 1 FROM invite WHERE pseudonym = ?1),
        EXISTS (SELECT 1 FROM response WHERE pseudonym = ?1 AND repeat_of IS NULL)";
    BUCKETS = "SELECT bucket, revision FROM bucket_revision";
    /// From its index alone, as the two below.
    FINISHED_IN_BUCKET = "SELECT code, unit, procedure, filing_channel, finished_at, due_at, authority, outcome
        FROM dossier INDEXED BY dossier_bucket WHERE bucket = ?1 AND finished_at IS NOT NULL";
    RATED_IN_BUCKET = "SELECT pseudonym FROM response INDEXED BY response_counted
        WHERE pseudonym BETWEEN ?1 AND ?2 AND repeat_of IS NULL";
    /// Dossiers of which the counted rating, to any version of this form, is of a later day.
    RATED_AFTER = "SELECT r.pseudonym FROM form f JOIN response r INDEXED BY response_by_day ON r.form = f.id
        WHERE f.form = ?1 AND r.day > ?2 AND r.repeat_of IS NULL AND r.pseudonym IS NOT NULL";
    /// The columns of `ROWS_AFTER`, and whose rating it is.
    RATINGS_IN_BUCKET = "SELECT form, unit, procedure, field, channel, touchpoint, timeliness, provenance, day, flags,
            assisted, partial, answers, pseudonym
        FROM response INDEXED BY response_counted
        WHERE pseudonym BETWEEN ?1 AND ?2 AND repeat_of IS NULL AND form = ?3";
    /// To all versions of a form.
    ANSWERS_IN_BUCKET = "SELECT r.pseudonym, f.version, r.day, r.answers
        FROM response r INDEXED BY response_counted JOIN form f ON f.id = r.form
        WHERE r.pseudonym BETWEEN ?1 AND ?2 AND r.repeat_of IS NULL AND f.form = ?3";
    /// A rating says something else, and is still the one of its dossier: no trigger sees that.
    TOUCH_BUCKET = "INSERT INTO bucket_revision (bucket, revision) VALUES (substr(?1, 1, 4), 1)
        ON CONFLICT DO UPDATE SET revision = revision + 1";
    INVITED_IN_BUCKET = "SELECT pseudonym FROM invite INDEXED BY invite_by_pseudonym
        WHERE pseudonym BETWEEN ?1 AND ?2";
    /// Was any dossier of a bucket rated or its citizen invited at a touchpoint, by whatever form?
    TOUCHED_IN_BUCKET = "SELECT EXISTS (SELECT 1 FROM response INDEXED BY response_counted
            WHERE pseudonym BETWEEN ?1 AND ?2 AND repeat_of IS NULL AND touchpoint = ?3)
        OR EXISTS (SELECT 1 FROM invite INDEXED BY invite_by_pseudonym
            WHERE pseudonym BETWEEN ?1 AND ?2 AND touchpoint = ?3)";
    UNPLACED = "SELECT code FROM dossier INDEXED BY dossier_unplaced WHERE bucket IS NULL LIMIT ?1";
    PLACE = "UPDATE dossier SET bucket = ?2 WHERE code = ?1";
    PLACES = "SELECT code, bucket FROM dossier";
    /// In the order of its index, so that no row of the table is touched and nothing is sorted. All of one month.
    FINISHED_DAYS = "SELECT unit, procedure, 1 FROM dossier INDEXED BY dossier_finished
        WHERE finished_day BETWEEN ?1 AND ?2";
    FINISHED_MONTH = "SELECT unit, procedure, dossiers FROM finished_month WHERE month = ?1";
    FINISHED_DAYS_OF_UNIT = "SELECT unit, procedure, 1 FROM dossier INDEXED BY dossier_finished
        WHERE finished_day BETWEEN ?1 AND ?2 AND unit = ?3";
    FINISHED_MONTH_OF_UNIT = "SELECT unit, procedure, dossiers FROM finished_month WHERE month = ?1 AND unit = ?2";
    FINISHED_SPAN = "SELECT (SELECT min(finished_day) FROM dossier INDEXED BY dossier_finished
            WHERE finished_day IS NOT NULL),
        (SELECT max(finished_day) FROM dossier INDEXED BY dossier_finished WHERE finished_day IS NOT NULL)";
    /// From its index alone, as those of a bucket. Every dossier lies in a bucket once the store is open.
    AGAINST_DUE = "SELECT unit, procedure, filing_channel, finished_at, due_at, authority, outcome
        FROM dossier INDEXED BY dossier_bucket
        WHERE bucket IS NOT NULL AND finished_at IS NOT NULL AND finished_at >= ?1 AND finished_at < ?2";
    AGAINST_DUE_OF_UNIT = "SELECT unit, procedure, filing_channel, finished_at, due_at, authority, outcome
        FROM dossier INDEXED BY dossier_finished WHERE finished_day BETWEEN ?1 AND ?2 AND unit = ?3";
    /// Months whose kept number of finished dossiers is not what the register of dossiers says.
    FINISHED_DIFFERS = "SELECT month, unit, procedure, sum(kept), sum(counted) FROM (
            SELECT month, unit, procedure, dossiers AS kept, 0 AS counted FROM finished_month
            UNION ALL
            SELECT finished_month, unit, procedure, 0, 1 FROM dossier WHERE finished_month IS NOT NULL)
        GROUP BY month, unit, procedure HAVING sum(kept) <> sum(counted)";
    CLEAR_FINISHED = "DELETE FROM finished_month";
    RECOUNT_FINISHED = "INSERT INTO finished_month (month, unit, procedure, dossiers)
        SELECT finished_month, unit, procedure, count(*) FROM dossier WHERE finished_month IS NOT NULL
        GROUP BY finished_month, unit, procedure";
    /// Not finished, and due between two moments.
    OPEN_DOSSIERS = "SELECT d.code, p.text, u.text, a.text, f.text, d.received_at, d.due_at, d.finished_at, o.text
        FROM dossier d INDEXED BY dossier_open JOIN name p ON p.id = d.procedure JOIN name u ON u.id = d.unit
            LEFT JOIN name a ON a.id = d.authority LEFT JOIN name f ON f.id = d.filing_channel
            LEFT JOIN name o ON o.id = d.outcome
        WHERE d.finished_day IS NULL AND d.due_at BETWEEN ?1 AND ?2 ORDER BY d.due_at, d.code";
    COUNTED_ANSWERS = "SELECT f.form, f.version, r.answers FROM response r JOIN form f ON f.id = r.form
        WHERE r.pseudonym = ?1 AND r.repeat_of IS NULL AND (?2 IS NULL OR r.day <= ?2)";

    ADD_REPORT = "INSERT INTO report (outside_id, source, text, dossier, received_at, received_day, unit, due_at,
            within_competence, state, assignee, answered_at, outcome, version)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 0) RETURNING id";
    ADD_REPORT_EVENT = "INSERT INTO report_event (report, at, by, step, note, standing)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING id";
    SET_REPORT = "UPDATE report SET unit = ?2, due_at = ?3, within_competence = ?4, state = ?5, assignee = ?6,
            answered_at = ?7, outcome = ?8, version = ?9
        WHERE id = ?1";
    SET_REPORT_DOSSIER = "UPDATE report SET dossier = ?2 WHERE id = ?1";
    REPORT_VERSION = "SELECT version, unit FROM report WHERE id = ?1";
    REPORT = "SELECT id, outside_id, source, text, dossier, received_at, unit, due_at, within_competence, state,
            answered_at, outcome, version, assignee
        FROM report WHERE id = ?1";
    REPORT_OF_OUTSIDE_ID = "SELECT id, outside_id, source, text, dossier, received_at, unit, due_at, within_competence, state,
            answered_at, outcome, version, assignee
        FROM report WHERE outside_id = ?1";
    REPORTS = "SELECT id, outside_id, source, text, dossier, received_at, unit, due_at, within_competence, state,
            answered_at, outcome, version, assignee
        FROM report WHERE received_day BETWEEN ?1 AND ?2 ORDER BY received_day DESC, id DESC";
    /// The event that follows a step says whether it was taken back.
    REOPENED_REPORTS = "SELECT e.report FROM report_event e JOIN report r ON r.id = e.report
        WHERE r.received_day BETWEEN ?1 AND ?2 AND e.step = ?3 AND ?4 IS NOT (
            SELECT n.step FROM report_event n WHERE n.report = e.report AND n.id > e.id ORDER BY n.id LIMIT 1)";
    REPORT_EVENTS = "SELECT at, by, step, note, standing FROM report_event WHERE report = ?1 ORDER BY id";

    FINISHED_CELLS = "SELECT count(*) FROM finished_month";
    /// Responses, how many of them are repeats, and of how many of these it is not known.
    EXTENT = "SELECT count(*), count(repeat_of), count(*) FILTER (WHERE repeat_of = 0) FROM response";
    /// Repeats of what does not count for the same dossier, form and touchpoint; but for those of forgotten dossiers.
    STRAY_REPEATS = "SELECT r.row, r.repeat_of FROM response r LEFT JOIN response c
            ON c.row = r.repeat_of AND c.repeat_of IS NULL AND c.pseudonym = r.pseudonym
        WHERE r.repeat_of IS NOT NULL AND c.row IS NULL AND NOT (r.repeat_of = 0 AND r.pseudonym IS NULL)";
    TOTALS = "SELECT (SELECT count(*) FROM unit), (SELECT count(*) FROM procedure), (SELECT count(*) FROM dossier),
        (SELECT count(*) FROM response)";

    ADD_KEY = "INSERT INTO key (name, hash, role, device_unit, device_form, created_at, device_settings)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
    KEY = "SELECT name, hash, role, device_unit, device_form, created_at, device_settings FROM key WHERE hash = ?1";
    KEYS = "SELECT name, hash, role, device_unit, device_form, created_at, device_settings FROM key ORDER BY name";
    KEY_ROLE = "SELECT role FROM key WHERE name = ?1";
    DEVICE = "SELECT device_unit, device_form, device_settings FROM key
        WHERE name = ?1 AND role = ?2 AND device_unit IS NOT NULL AND device_form IS NOT NULL";
    SET_DEVICE = "UPDATE key SET device_unit = ?2, device_form = ?3, device_settings = ?4 WHERE name = ?1 AND role = ?5";
    REMOVE_ENROLMENTS = "DELETE FROM enrolment WHERE name = ?1 OR expires_at <= ?2";
    ADD_ENROLMENT = "INSERT INTO enrolment (code, name, device_unit, device_form, device_settings, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    USE_ENROLMENT = "DELETE FROM enrolment WHERE code = ?1 AND expires_at > ?2
        RETURNING name, device_unit, device_form, device_settings";
    PUT_DEVICE_KEY = "INSERT INTO key (name, hash, role, device_unit, device_form, created_at, device_settings)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO UPDATE SET hash = excluded.hash,
        device_unit = excluded.device_unit, device_form = excluded.device_form, device_settings = excluded.device_settings";
    REMOVE_KEY = "DELETE FROM key WHERE name = ?1";
    HEARTBEAT = "SELECT received_at, clock_skew_ms, install_id, boots, boot, version, waiting, parked, sent, persisted,
            strict, used, quota, device_time, previous_boot, previous_install, install_changed_at, losses
        FROM heartbeat WHERE device = ?1";
    PUT_HEARTBEAT = "INSERT OR REPLACE INTO heartbeat (device, received_at, clock_skew_ms, install_id, boots, boot,
            version, waiting, parked, sent, persisted, strict, used, quota, device_time, previous_boot,
            previous_install, install_changed_at, losses)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
    ADD_AUDIT = "INSERT INTO audit (at, who, what, about, detail) VALUES (?1, ?2, ?3, ?4, ?5)";
    AUDIT = "SELECT id, at, who, what, about, detail FROM audit
        WHERE (?1 IS NULL OR who = ?1) AND (?2 IS NULL OR what = ?2) AND (?3 IS NULL OR id < ?3)
        ORDER BY id DESC LIMIT ?4";
    RETENTION = "SELECT notice_days, last_day, doubt_from FROM retention";
    NEWEST_RESPONSE = "SELECT (SELECT received_at FROM response ORDER BY row DESC LIMIT 1)";
    RETENTION_RULES = "SELECT matter, months, held_by, reason, held_at FROM retention_rule";
    RETENTION_NOTICES = "SELECT matter, month, announced, witnessed FROM retention_notice";
    /// Unfinished ones first, so that none is ever cut off.
    RETENTION_RUNS = "SELECT at, by, matter, month, count, finished FROM retention_run ORDER BY finished, id DESC LIMIT 100";
    /// By month, numbered as in `calendar`, of the zone that is ?1 seconds ahead. A comment came no earlier than those that
    /// were there before it, so one that is dated by a clock that was set back goes with them; dates to come prove nothing.
    COMMENTS_BY_MONTH = "SELECT strftime('%Y', came / 1000 + ?1, 'unixepoch') * 12
            + strftime('%m', came / 1000 + ?1, 'unixepoch') - 1 AS month, count(*)
        FROM (SELECT max(r.received_at, coalesce(max(r.received_at)
                FILTER (WHERE r.received_at <= unixepoch() * 1000) OVER (ORDER BY c.row), r.received_at)) AS came
            FROM comment c JOIN response r ON r.row = c.row)
        GROUP BY month HAVING month IS NOT NULL";
    /// The text of a report that is not answered is in use.
    REPORT_TEXTS_BY_MONTH = "SELECT strftime('%Y', max(answered_at, received_at) / 1000 + ?1, 'unixepoch') * 12
            + strftime('%m', max(answered_at, received_at) / 1000 + ?1, 'unixepoch') - 1 AS month, count(*)
        FROM report WHERE state = ?2 AND text <> '' GROUP BY month HAVING month IS NOT NULL";
    /// The key of a year goes by its last month.
    PERIOD_KEYS_BY_MONTH = "SELECT year * 12 + 11, 1 FROM period WHERE secret IS NOT NULL";
    HAS_PERIODS = "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'period')";
    PERIODS = "SELECT year, state, secret FROM period";
    ADD_PERIOD = "INSERT INTO period (year, state, secret) VALUES (?1, ?2, ?3)";
    /// Repeats need not be looked at: there is one that counts.
    PERIOD_IS_USED = "SELECT EXISTS (SELECT 1 FROM response INDEXED BY response_counted
            WHERE repeat_of IS NULL AND pseudonym >= ?1 AND pseudonym < ?2)
        OR EXISTS (SELECT 1 FROM invite INDEXED BY invite_by_pseudonym WHERE pseudonym >= ?1 AND pseudonym < ?2)
        OR EXISTS (SELECT 1 FROM report WHERE dossier >= ?1 AND dossier < ?2)";
    DESTROY_PERIOD_KEY = "UPDATE period SET state = ?2, secret = NULL WHERE year = ?1 AND secret IS NOT NULL";
    RENEW_BUCKETS = "UPDATE bucket_revision SET revision = revision + 1 WHERE bucket >= ?1 AND bucket < ?2";
    REMOVE_INVITES = "DELETE FROM invite WHERE pseudonym >= ?1 AND pseudonym < ?2 AND expires_at < ?3";
    SET_RETENTION_RULE = "INSERT INTO retention_rule (matter, months) VALUES (?1, ?2)
        ON CONFLICT DO UPDATE SET months = ?2";
    SET_NOTICE_DAYS = "UPDATE retention SET notice_days = ?1";
    HOLD_RETENTION = "INSERT INTO retention_rule (matter, months, held_by, reason, held_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO UPDATE SET held_by = ?3, reason = ?4, held_at = ?5";
    RELEASE_RETENTION = "UPDATE retention_rule SET held_by = NULL, reason = NULL, held_at = NULL WHERE matter = ?1";
    BELIEVE_CLOCK = "UPDATE retention SET doubt_from = NULL";
    TICK_RETENTION = "UPDATE retention SET last_day = ?3, doubt_from = ?4 WHERE last_day IS ?1 AND doubt_from IS ?2";
    FORGET_NOTICES = "DELETE FROM retention_notice";
    FORGET_NOTICES_OF = "DELETE FROM retention_notice WHERE matter = ?1";
    WITNESS_NOTICES = "UPDATE retention_notice SET witnessed = witnessed + 1 WHERE witnessed < 1000";
    ADD_NOTICE = "INSERT INTO retention_notice (matter, month, announced, witnessed) VALUES (?1, ?2, ?3, 0)
        ON CONFLICT DO NOTHING";
    REMOVE_NOTICE = "DELETE FROM retention_notice WHERE matter = ?1 AND month = ?2";
    /// Dated as above. Goes through the comments, of which there are fewer than responses.
    DESTROY_COMMENTS = "DELETE FROM comment WHERE row IN (SELECT row FROM (
            SELECT c.row AS row, max(r.received_at, coalesce(max(r.received_at)
                FILTER (WHERE r.received_at <= unixepoch() * 1000) OVER (ORDER BY c.row), r.received_at)) AS came
            FROM comment c JOIN response r ON r.row = c.row)
        WHERE came >= ?1 AND came < ?2)";
    DESTROY_REPORT_TEXTS = "UPDATE report SET text = '' WHERE state = ?3 AND text <> ''
        AND max(answered_at, received_at) >= ?1 AND max(answered_at, received_at) < ?2";
    ADD_RETENTION_RUN = "INSERT INTO retention_run (at, by, matter, month, count, finished) VALUES (?1, ?2, ?3, ?4, ?5, 0)";
    HAS_UNFINISHED_RUNS = "SELECT EXISTS (SELECT 1 FROM retention_run WHERE finished = 0)";
    FINISH_RUNS = "UPDATE retention_run SET finished = 1 WHERE finished = 0";
    PUBLISHED = "SELECT head, withdrawn_at FROM published ORDER BY row";
    PUBLISHED_ONE = "SELECT head, withdrawn_at, tables FROM published WHERE id = ?1";
    PUBLISHED_IN = "SELECT head, withdrawn_at FROM published
        WHERE form = ?1 AND from_day <= ?3 AND to_day >= ?2 ORDER BY row LIMIT 1";
    ADD_PUBLISHED = "INSERT INTO published (id, form, from_day, to_day, head, tables) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    WITHDRAW_PUBLISHED = "UPDATE published SET withdrawn_at = ?2 WHERE id = ?1 AND (withdrawn_at IS NULL) <> (?2 IS NULL)";
    PUT_USER = "INSERT OR REPLACE INTO user (name, password_hash, role, branch, disabled_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    USER = "SELECT name, password_hash, role, branch, disabled_at FROM user WHERE name = ?1";
    USERS = "SELECT name, password_hash, role, branch, disabled_at FROM user ORDER BY name";
    ADD_IDENTITY = "INSERT INTO identity (user, issuer, subject, email, linked_at) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT DO NOTHING";
    REMOVE_IDENTITIES_OF = "DELETE FROM identity WHERE user = ?1";
    IDENTITIES = "SELECT user, issuer, subject, email, linked_at FROM identity ORDER BY user, issuer";
    USER_OF_SUBJECT = "SELECT u.name, u.password_hash, u.role, u.branch, u.disabled_at
        FROM identity i JOIN user u ON u.name = i.user WHERE i.issuer = ?1 AND i.subject = ?2";
    BIND_EMAIL = "UPDATE identity SET subject = ?3, email = NULL WHERE issuer = ?1 AND email = ?2 RETURNING user";
    ADD_SESSION = "INSERT OR REPLACE INTO session (hash, user, csrf, expires_at) VALUES (?1, ?2, ?3, ?4)";
    SESSION = "SELECT hash, user, csrf, expires_at FROM session WHERE hash = ?1 AND expires_at > ?2";
    REMOVE_SESSION = "DELETE FROM session WHERE hash = ?1";
    REMOVE_SESSIONS_OF = "DELETE FROM session WHERE user = ?1";
    REMOVE_EXPIRED_SESSIONS = "DELETE FROM session WHERE expires_at <= unixepoch() * 1000";
    ADD_SITE = "INSERT INTO site (name, unit, form, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    SET_SITE = "UPDATE site SET unit = ?2, form = ?3 WHERE name = ?1 AND revoked_at IS NULL";
    REVOKE_SITE = "UPDATE site SET revoked_at = ?2 WHERE name = ?1 AND revoked_at IS NULL";
    SITES = "SELECT name, unit, form, created_at, revoked_at FROM site ORDER BY name";
    SITE = "SELECT name, unit, form, created_at, revoked_at FROM site WHERE name = ?1";
    SITE_IS_LIVE = "SELECT EXISTS (SELECT 1 FROM site WHERE name = ?1 AND revoked_at IS NULL)";
    ADD_SITE_KEY = "INSERT INTO site_key (key, site, created_at) VALUES (?1, ?2, ?3)";
    /// A key that ends earlier already still does.
    END_SITE_KEYS = "UPDATE site_key SET expires_at = min(coalesce(expires_at, ?2), ?2) WHERE site = ?1";
    SITE_KEYS = "SELECT key, created_at, expires_at FROM site_key WHERE site = ?1 ORDER BY expires_at IS NOT NULL, created_at DESC";
    SITE_OF_KEY = "SELECT site FROM site_key WHERE key = ?1";
    ADD_SITE_ORIGIN = "INSERT INTO site_origin (origin, site) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
    REMOVE_SITE_ORIGINS = "DELETE FROM site_origin WHERE site = ?1";
    SITE_ORIGINS = "SELECT origin FROM site_origin WHERE site = ?1 ORDER BY origin";
    ORIGIN_IS_ALLOWED = "SELECT EXISTS (SELECT 1 FROM site_origin o JOIN site s ON s.name = o.site
        WHERE o.origin = ?1 AND s.revoked_at IS NULL)";
    NOTE = "SELECT value FROM note WHERE name = ?1";
    SET_NOTE = "INSERT OR REPLACE INTO note (name, value) VALUES (?1, ?2)";
}
