-- Schema 4: imports.
PRAGMA application_id = 1366446713;
PRAGMA user_version = 4;
BEGIN TRANSACTION;
CREATE TABLE answers (
  key TEXT PRIMARY KEY, request_hash TEXT NOT NULL, status INTEGER NOT NULL, content_type TEXT NOT NULL,
  location TEXT NOT NULL, body TEXT NOT NULL, kept_at INTEGER NOT NULL
);
CREATE TABLE events (
  study TEXT NOT NULL REFERENCES studies(id), sequence INTEGER NOT NULL, type TEXT NOT NULL, at TEXT NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (study, sequence)
) WITHOUT ROWID;
INSERT INTO "events" VALUES('a',1,'study.created','2026-01-01T00:00:00.000Z','{"state":"queued"}');
CREATE TABLE fingerprints (id TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "fingerprints" VALUES('fp_1','a machine');
CREATE TABLE imported_rows (
  import INTEGER NOT NULL REFERENCES imports(number), line INTEGER NOT NULL, genome TEXT NOT NULL, metrics TEXT NOT NULL,
  PRIMARY KEY (import, line)
);
INSERT INTO "imported_rows" VALUES(1,2,'0,1','{"accuracy":0.5}');
CREATE TABLE imports (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, supernet TEXT NOT NULL, supernet_version TEXT NOT NULL,
  file TEXT NOT NULL, identity TEXT NOT NULL UNIQUE, fingerprint TEXT NOT NULL, created_at TEXT NOT NULL, rows INTEGER NOT NULL,
  metrics TEXT NOT NULL, report TEXT NOT NULL
);
INSERT INTO "imports" VALUES(1,'im_1','n','net','1','f.csv','identity','','2026-01-01T00:00:00.000Z',1,'["accuracy"]','{}');
CREATE TABLE measurements (
  id INTEGER PRIMARY KEY, supernet TEXT NOT NULL, genome TEXT NOT NULL, metric TEXT NOT NULL, evaluator TEXT NOT NULL,
  fingerprint TEXT NOT NULL, value REAL NOT NULL, spread REAL NOT NULL, samples INTEGER NOT NULL, source INTEGER NOT NULL,
  study TEXT NOT NULL REFERENCES studies(id), trial INTEGER NOT NULL, detail TEXT NOT NULL DEFAULT '{}'
);
INSERT INTO "measurements" VALUES(1,'net@1','0,1','latency_ms','onednn {}','fp_1',2.0,0.1,30,1,'a',0,'{"drift":1.5}');
CREATE TABLE studies (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, spec TEXT NOT NULL, state TEXT NOT NULL, reason TEXT NOT NULL, created_at TEXT NOT NULL,
  elapsed_seconds REAL NOT NULL, trials INTEGER NOT NULL, hypervolume REAL
) WITHOUT ROWID;
INSERT INTO "studies" VALUES('a','first','{}','completed','','2026-01-01T00:00:00.000Z',12.5,1,0.25);
CREATE TABLE tokens (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, scope TEXT NOT NULL, hash TEXT NOT NULL UNIQUE, created_at TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "tokens" VALUES('tk_1','ci','admin','abc','2026-01-01T00:00:00.000Z');
CREATE TABLE trials (
  study TEXT NOT NULL REFERENCES studies(id), number INTEGER NOT NULL, state TEXT NOT NULL, on_front INTEGER NOT NULL,
  is_baseline INTEGER NOT NULL, data TEXT NOT NULL,
  PRIMARY KEY (study, number)
) WITHOUT ROWID;
INSERT INTO "trials" VALUES('a',0,'succeeded',1,0,'{"number":0}');
CREATE INDEX trials_on_front ON trials (study, number) WHERE on_front;
CREATE INDEX trials_baselines ON trials (study, number) WHERE is_baseline;
CREATE INDEX measurements_by_question ON measurements (supernet, genome, metric, evaluator, fingerprint);
CREATE INDEX answers_by_age ON answers (kept_at);
CREATE INDEX imported_rows_by_genome ON imported_rows (import, genome);
COMMIT;
