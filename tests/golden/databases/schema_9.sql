-- The ninth schema: what trials are listed by.
PRAGMA application_id = 1366446713;
CREATE TABLE studies (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, spec TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, created_at TEXT NOT NULL,
  elapsed_seconds REAL NOT NULL, trials INTEGER NOT NULL, hypervolume REAL
, budget TEXT NOT NULL DEFAULT '', tags TEXT NOT NULL DEFAULT '[]', notes TEXT NOT NULL DEFAULT '', priority INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
CREATE TABLE events (
  study TEXT NOT NULL REFERENCES studies(id), sequence INTEGER NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (study, sequence)
) WITHOUT ROWID;
CREATE TABLE trials (
  study TEXT NOT NULL REFERENCES studies(id), number INTEGER NOT NULL, state TEXT NOT NULL, on_front INTEGER NOT NULL,
  is_baseline INTEGER NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (study, number)
) WITHOUT ROWID;
CREATE INDEX trials_on_front ON trials (study, number) WHERE on_front;
CREATE INDEX trials_baselines ON trials (study, number) WHERE is_baseline;
CREATE TABLE measurements (
  id INTEGER PRIMARY KEY, supernet TEXT NOT NULL, genome TEXT NOT NULL, metric TEXT NOT NULL, evaluator TEXT NOT NULL,
  fingerprint TEXT NOT NULL, value REAL NOT NULL, spread REAL NOT NULL, samples INTEGER NOT NULL, source INTEGER NOT NULL,
  study TEXT NOT NULL REFERENCES studies(id), trial INTEGER NOT NULL, detail TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX measurements_by_question ON measurements (supernet, genome, metric, evaluator, fingerprint);
CREATE TABLE fingerprints (id TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE answers (
  key TEXT PRIMARY KEY, request_hash TEXT NOT NULL, status INTEGER NOT NULL, content_type TEXT NOT NULL,
  location TEXT NOT NULL, body TEXT NOT NULL, kept_at INTEGER NOT NULL
);
CREATE INDEX answers_by_age ON answers (kept_at);
CREATE TABLE imports (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, supernet TEXT NOT NULL, supernet_version TEXT NOT NULL,
  file TEXT NOT NULL, identity TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, created_at TEXT NOT NULL, rows INTEGER NOT NULL,
  metrics TEXT NOT NULL, report TEXT NOT NULL
);
CREATE TABLE imported_rows (
  import INTEGER NOT NULL REFERENCES imports(number), line INTEGER NOT NULL, genome TEXT NOT NULL, metrics TEXT NOT NULL,
  PRIMARY KEY (import, line)
);
CREATE INDEX imported_rows_by_genome ON imported_rows (import, genome);
CREATE TABLE predictors (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, version INTEGER NOT NULL,
  supernet TEXT NOT NULL, metric TEXT NOT NULL, created_at TEXT NOT NULL, summary TEXT NOT NULL, document TEXT NOT NULL,
  UNIQUE (name, version)
);
CREATE TABLE predictor_names (name TEXT PRIMARY KEY, last_version INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE operator_times (
  fingerprint TEXT NOT NULL, kind TEXT NOT NULL, shape TEXT NOT NULL, macs INTEGER NOT NULL, bytes INTEGER NOT NULL,
  is_reorder INTEGER NOT NULL, networks INTEGER NOT NULL, recent_ms TEXT NOT NULL,
  PRIMARY KEY (fingerprint, kind, shape)
) WITHOUT ROWID;
CREATE TABLE operator_networks (
  id INTEGER PRIMARY KEY, fingerprint TEXT NOT NULL, input_rows INTEGER NOT NULL, ms REAL NOT NULL, steps TEXT NOT NULL
);
CREATE INDEX operator_networks_by_fingerprint ON operator_networks (fingerprint, id);
CREATE TABLE latency_models (id TEXT PRIMARY KEY, model TEXT NOT NULL) WITHOUT ROWID;
CREATE INDEX events_of_state ON events (study, type, sequence) WHERE type = 'study.state';
CREATE TABLE leases (
  token INTEGER PRIMARY KEY AUTOINCREMENT, task TEXT NOT NULL, study TEXT NOT NULL REFERENCES studies(id), trial INTEGER NOT NULL,
  evaluator TEXT NOT NULL, metrics TEXT NOT NULL, worker TEXT NOT NULL, machine TEXT NOT NULL, seconds REAL NOT NULL, state TEXT NOT NULL, outcome TEXT NOT NULL
);
CREATE INDEX leases_by_task ON leases (task, token);
CREATE INDEX leases_by_study ON leases (study);
CREATE INDEX leases_held ON leases (token) WHERE state = 'held';
CREATE TABLE trial_notes (
  study TEXT NOT NULL REFERENCES studies(id), trial INTEGER NOT NULL, notes TEXT NOT NULL,
  PRIMARY KEY (study, trial)
) WITHOUT ROWID;
CREATE TABLE machine_peaks (
  fingerprint TEXT NOT NULL, what TEXT NOT NULL, per_ms REAL NOT NULL, PRIMARY KEY (fingerprint, what)
) WITHOUT ROWID;
CREATE INDEX trials_in_brief ON trials (study, number, state, on_front, is_baseline);
CREATE TABLE trial_metrics (
  study TEXT NOT NULL, metric TEXT NOT NULL, number INTEGER NOT NULL, value REAL,
  PRIMARY KEY (study, metric, number)
) WITHOUT ROWID;
CREATE TRIGGER trial_metrics_of AFTER INSERT ON trials WHEN new.state <> 'queued' BEGIN
  INSERT OR REPLACE INTO trial_metrics
    SELECT new.study, m.key, new.number, json_extract(m.value, '$.value') FROM json_each(new.data, '$.metrics') AS m;
END;
INSERT INTO studies VALUES ('a', 'first', '{}', 'completed', '', '2026-01-01T00:00:00.000Z', 12.5, 1, 0.25, '', '["night"]', 'a note', 2);
INSERT INTO events VALUES ('a', 1, 'study.created', '2026-01-01T00:00:00.000Z', '{"state":"queued"}');
INSERT INTO trials VALUES ('a', 0, 'succeeded', 1, 0, '{"number":0,"metrics":{"accuracy":{"value":0.5}}}');
INSERT INTO measurements VALUES (NULL, 'net@1', '0,1', 'latency_ms', 'onednn {}', 'fp_1', 2.0, 0.1, 30, 1, 'a', 0, '{"drift":1.5}');
INSERT INTO fingerprints VALUES ('fp_1', 'a machine');
INSERT INTO tokens VALUES ('tk_1', 'phone', 'worker', 'abc', '2026-01-01T00:00:00.000Z');
INSERT INTO answers VALUES ('key', 'hash', 201, 'application/json', '/v1/studies/a', '{}', 1767225600);
INSERT INTO imports VALUES (1, 'im_1', 'all', 'net', '1', 'all.csv', 'identity', '', '2026-01-01T00:00:00.000Z', 1, '["accuracy"]', '{}');
INSERT INTO imported_rows VALUES (1, 2, '0,1', '{"accuracy":0.5}');
INSERT INTO predictors VALUES (1, 'pr_1', 'p', 1, 'net', 'accuracy', '2026-01-01T00:00:00.000Z', '{}', '{}');
INSERT INTO predictor_names VALUES ('p', 1);
INSERT INTO operator_times VALUES ('fp_1', 'softmax', 'f32[1x1]', 0, 4, 0, 1, '[0.25]');
INSERT INTO operator_networks VALUES (1, 'fp_1', 8, 0.5, '[]');
INSERT INTO latency_models VALUES ('lm_1', '{}');
INSERT INTO leases VALUES (1, 'a.0.0', 'a', 0, 'external', '["accuracy"]', 'me', '', 60.0, 'completed', '{}');
INSERT INTO trial_notes VALUES ('a', 0, 'the one');
INSERT INTO machine_peaks VALUES ('fp_1', 'f32', 1000000.0);
PRAGMA user_version = 9;
