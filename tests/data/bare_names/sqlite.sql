BEGIN TRANSACTION;
CREATE TABLE account (
    id              INTEGER PRIMARY KEY,
    path            TEXT    NOT NULL,
    asset           TEXT    NOT NULL,
    floor           INTEGER,
    ceiling         INTEGER,
    debits          INTEGER NOT NULL CHECK (debits >= 0),
    credits         INTEGER NOT NULL CHECK (credits >= 0),
    debits_pending  INTEGER NOT NULL CHECK (debits_pending >= 0),
    credits_pending INTEGER NOT NULL CHECK (credits_pending >= 0),
    version         INTEGER NOT NULL,
    opened_at       INTEGER NOT NULL,
    UNIQUE (path, asset)
) STRICT;
INSERT INTO "account" VALUES(1,'house:x','USD',NULL,NULL,15000,0,0,0,12,1767268800000000);
INSERT INTO "account" VALUES(2,'user:42','USD',0,NULL,200,12000,1050,0,13,1767268800000000);
INSERT INTO "account" VALUES(3,'user:7','USD',0,NULL,0,3000,0,0,6,1767268800000000);
INSERT INTO "account" VALUES(4,'house:s','USD',NULL,NULL,0,200,0,600,4,1767528000000000);
INSERT INTO "account" VALUES(5,'house:clearing','USD',NULL,NULL,0,0,0,450,3,1772625600000000);
CREATE TABLE act (
    id        TEXT    PRIMARY KEY,
    at        INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    principal TEXT    NOT NULL,
    actor     TEXT    NOT NULL,
    target    TEXT    NOT NULL,
    reason    TEXT    NOT NULL,
    key       TEXT    NOT NULL,
    before    TEXT    NOT NULL,
    after     TEXT    NOT NULL,
    batch     INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO "act" VALUES('01a229a9-5bcf-772e-8ca3-e3aa6c12542b',1772625600000000,'transfer.file','user:42','user:42','user:42/01a229a9-5bce-7015-8974-cb511b038a76','Transfer to Ada','t0','null','{"state":"pending"}',11);
INSERT INTO "act" VALUES('01a229a9-5bd3-7531-8b55-a9ff80436bb1',1772625600000000,'transfer.file','user:42','user:42','user:42/01a229a9-5bd1-7274-a0cd-2f07b39c3150','Transfer to Ada','t1','null','{"state":"pending"}',12);
INSERT INTO "act" VALUES('01a229a9-5bda-74ae-a151-ecb2a0e08a0f',1772625600000000,'transfer.file','user:42','user:42','user:42/01a229a9-5bd6-72d0-9a17-cbffc0db9194','Transfer to Ada','t2','null','{"state":"pending"}',13);
CREATE TABLE api_key (
    id            TEXT    PRIMARY KEY,
    digest        BLOB    NOT NULL UNIQUE,          -- SHA-256 of the whole key; the key is random, so no salt
    principal     TEXT    NOT NULL REFERENCES principal (id),
    label         TEXT    NOT NULL,
    created_at    INTEGER NOT NULL,
    created_by    TEXT    NOT NULL,
    revoked_at    INTEGER
) STRICT, WITHOUT ROWID;
INSERT INTO "api_key" VALUES('k1',X'00112233','service:shop','till',1767268800000000,'user:1',NULL);
CREATE TABLE archive (
    month        INTEGER PRIMARY KEY,
    last_batch   INTEGER NOT NULL,
    transactions INTEGER NOT NULL,
    postings     INTEGER NOT NULL
) STRICT;
INSERT INTO "archive" VALUES(202601,5,5,8);
CREATE TABLE archived_posting (
    month               INTEGER NOT NULL,
    txn                 TEXT    NOT NULL,
    leg                 INTEGER NOT NULL,
    source              INTEGER NOT NULL,
    destination         INTEGER NOT NULL,
    amount              INTEGER NOT NULL,
    pending             INTEGER NOT NULL,
    source_balance      INTEGER NOT NULL,
    source_held         INTEGER NOT NULL,
    source_version      INTEGER NOT NULL,
    destination_balance INTEGER NOT NULL,
    destination_held    INTEGER NOT NULL,
    destination_version INTEGER NOT NULL,
    effective_at        INTEGER NOT NULL,
    PRIMARY KEY (txn, leg)
) STRICT, WITHOUT ROWID;
INSERT INTO "archived_posting" VALUES(202601,'01a229a9-5af3-7437-8f8c-2bbcbdd708ae',0,1,2,2000,0,-2000,0,1,2000,0,1,1767268800000000);
INSERT INTO "archived_posting" VALUES(202601,'01a229a9-5af3-7437-8f8c-2bbcbdd708ae',1,1,3,500,0,-2500,0,2,500,0,1,1767268800000000);
INSERT INTO "archived_posting" VALUES(202601,'01a229a9-5b16-7187-8ace-cacef811be4d',0,1,2,2000,0,-4500,0,3,4000,0,2,1767355200000000);
INSERT INTO "archived_posting" VALUES(202601,'01a229a9-5b16-7187-8ace-cacef811be4d',1,1,3,500,0,-5000,0,4,1000,0,2,1767355200000000);
INSERT INTO "archived_posting" VALUES(202601,'01a229a9-5b95-7611-8f62-87a40211d1df',0,1,2,2000,0,-7000,0,5,6000,0,3,1767441600000000);
INSERT INTO "archived_posting" VALUES(202601,'01a229a9-5b95-7611-8f62-87a40211d1df',1,1,3,500,0,-7500,0,6,1500,0,3,1767441600000000);
INSERT INTO "archived_posting" VALUES(202601,'01a229a9-5b9b-769d-b429-eb8aae02727a',0,2,4,0,400,6000,400,4,0,0,1,1767528000000000);
INSERT INTO "archived_posting" VALUES(202601,'01a229a9-5ba9-72a2-9bb9-be182d18ea0d',0,2,4,100,-100,5900,300,5,100,0,2,1767528000000000);
CREATE TABLE archived_txn (
    month        INTEGER NOT NULL,
    id           TEXT    PRIMARY KEY,
    batch        INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    principal    TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    metadata     TEXT,
    effective_at INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    reverses     TEXT,
    hold         TEXT,
    hold_after   TEXT,
    positions    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "archived_txn" VALUES(202601,'01a229a9-5af3-7437-8f8c-2bbcbdd708ae',1,'post','service:local','order-0-0','service:local','','{"n":0}',1767268800000000,1767268800000000,NULL,NULL,NULL,'{"user:42":"48e7c0ec:1","user:7":"48e7c0ec:1"}');
INSERT INTO "archived_txn" VALUES(202601,'01a229a9-5b16-7187-8ace-cacef811be4d',2,'post','service:local','order-0-1','service:local','','{"n":1}',1767355200000000,1767355200000000,NULL,NULL,NULL,'{"user:42":"48e7c0ec:2","user:7":"48e7c0ec:2"}');
INSERT INTO "archived_txn" VALUES(202601,'01a229a9-5b95-7611-8f62-87a40211d1df',3,'post','service:local','order-0-2','service:local','','{"n":2}',1767441600000000,1767441600000000,NULL,NULL,NULL,'{"user:42":"48e7c0ec:3","user:7":"48e7c0ec:3"}');
INSERT INTO "archived_txn" VALUES(202601,'01a229a9-5b9b-769d-b429-eb8aae02727a',4,'hold','service:local','hold-0','service:local','',NULL,1767528000000000,1767528000000000,NULL,'01a229a9-5b9b-769d-b429-eb8aae02727a','[0,0,"open"]','{"user:42":"48e7c0ec:4"}');
INSERT INTO "archived_txn" VALUES(202601,'01a229a9-5ba9-72a2-9bb9-be182d18ea0d',5,'capture','service:local','capture-0','service:local','',NULL,1767528000000000,1767528000000000,NULL,'01a229a9-5b9b-769d-b429-eb8aae02727a','[100,0,"open"]','{"user:42":"48e7c0ec:5"}');
CREATE TABLE asset (
    code       TEXT PRIMARY KEY,
    scale      INTEGER NOT NULL CHECK (scale BETWEEN 0 AND 18),
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "asset" VALUES('USD',2,1767268800000000);
CREATE TABLE batch (
    id       INTEGER PRIMARY KEY AUTOINCREMENT,
    at       INTEGER NOT NULL,
    worker   TEXT    NOT NULL,
    commands INTEGER NOT NULL,
    streams  TEXT    NOT NULL,
    previous TEXT    NOT NULL,
    hash     TEXT    NOT NULL
) STRICT;
INSERT INTO "batch" VALUES(1,1767268800000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",1,1],["user:7","48e7c0ec",1,1]]','','fa0f66097c40ca90f9707b64934084e912249c525c48e5805964932b3a6a2d64');
INSERT INTO "batch" VALUES(2,1767355200000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",2,2],["user:7","48e7c0ec",2,2]]','fa0f66097c40ca90f9707b64934084e912249c525c48e5805964932b3a6a2d64','365171c9bfdab2b8f941e860ff2de277a7f396df90384d0b3b702eb6e777c69b');
INSERT INTO "batch" VALUES(3,1767441600000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",3,3],["user:7","48e7c0ec",3,3]]','365171c9bfdab2b8f941e860ff2de277a7f396df90384d0b3b702eb6e777c69b','b2f843c6e0e906eced8bcd02a6630571afe5fab9bf52288d55ba6d4068bcc408');
INSERT INTO "batch" VALUES(4,1767528000000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",4,4]]','b2f843c6e0e906eced8bcd02a6630571afe5fab9bf52288d55ba6d4068bcc408','984bf895c6247dce9bc062d3ac609b1ba3bf259b7f6a4b8d63e62b753fcfa98b');
INSERT INTO "batch" VALUES(5,1767528000000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",5,5]]','984bf895c6247dce9bc062d3ac609b1ba3bf259b7f6a4b8d63e62b753fcfa98b','a0d5694eb3c4161ebf5a51b0e36b23138c912fe00a76d31c079cafd46abc75fd');
INSERT INTO "batch" VALUES(6,1769947200000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",6,6],["user:7","48e7c0ec",4,4]]','a0d5694eb3c4161ebf5a51b0e36b23138c912fe00a76d31c079cafd46abc75fd','a760faaffca56fc7eaa39283d2d6e9d0c478a442e0e6b6c64f7833fad8f36213');
INSERT INTO "batch" VALUES(7,1770033600000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",7,7],["user:7","48e7c0ec",5,5]]','a760faaffca56fc7eaa39283d2d6e9d0c478a442e0e6b6c64f7833fad8f36213','5ad6e66916933d749b730ce7315dc3f78dd1b1ae1dc02ba7a5d17e1bb2c69209');
INSERT INTO "batch" VALUES(8,1770120000000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",8,8],["user:7","48e7c0ec",6,6]]','5ad6e66916933d749b730ce7315dc3f78dd1b1ae1dc02ba7a5d17e1bb2c69209','bded2b89d6040c1bfd40b995f6202b651f404a580ce027676b7d0eaf927e6a70');
INSERT INTO "batch" VALUES(9,1770206400000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",9,9]]','bded2b89d6040c1bfd40b995f6202b651f404a580ce027676b7d0eaf927e6a70','0f3f9cbd1c3e5147cda091c04b936e30313ad3512355fab9dd70930e6793724b');
INSERT INTO "batch" VALUES(10,1770206400000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["user:42","48e7c0ec",10,10]]','0f3f9cbd1c3e5147cda091c04b936e30313ad3512355fab9dd70930e6793724b','1eb7b10e3c5c939ed9e11cec268fc168531e633461024917cb89ea8e0181038e');
INSERT INTO "batch" VALUES(11,1772625600000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["role:admin","48e7c0ec",1,1],["role:support","48e7c0ec",1,1],["user:42","48e7c0ec",11,11]]','1eb7b10e3c5c939ed9e11cec268fc168531e633461024917cb89ea8e0181038e','6a2a8782e71d1db97e7a266570999202711721c84756eee852d434e4f39797fb');
INSERT INTO "batch" VALUES(12,1772625600000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["role:admin","48e7c0ec",2,2],["role:support","48e7c0ec",2,2],["user:42","48e7c0ec",12,12]]','6a2a8782e71d1db97e7a266570999202711721c84756eee852d434e4f39797fb','14836d8485a6dc20ba68f0b23c0ff39906312dda1da6d045fd584dd62367cdbf');
INSERT INTO "batch" VALUES(13,1772625600000000,'01a229a9-5a39-72cd-af96-bde7f4856a11',1,'[["role:admin","48e7c0ec",3,3],["role:support","48e7c0ec",3,3],["user:42","48e7c0ec",13,13]]','14836d8485a6dc20ba68f0b23c0ff39906312dda1da6d045fd584dd62367cdbf','a5899cf700c2dbe3f8b4cdc18b54953e62be7de26bda55225b71749743c8e345');
CREATE TABLE event (
    stream INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    data   TEXT    NOT NULL,
    PRIMARY KEY (stream, offset)
) STRICT, WITHOUT ROWID;
INSERT INTO "event" VALUES(1,1,1767268800000000,'{"type":"balance_updated","transaction":"01a229a9-5af3-7437-8f8c-2bbcbdd708ae","kind":"post","reason":"","at":"2026-01-01T12:00:00.000000Z","recorded_at":"2026-01-01T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"20.00","balance":"20.00","available":"20.00","held":"0.00","version":1}]}');
INSERT INTO "event" VALUES(1,2,1767355200000000,'{"type":"balance_updated","transaction":"01a229a9-5b16-7187-8ace-cacef811be4d","kind":"post","reason":"","at":"2026-01-02T12:00:00.000000Z","recorded_at":"2026-01-02T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"20.00","balance":"40.00","available":"40.00","held":"0.00","version":2}]}');
INSERT INTO "event" VALUES(1,3,1767441600000000,'{"type":"balance_updated","transaction":"01a229a9-5b95-7611-8f62-87a40211d1df","kind":"post","reason":"","at":"2026-01-03T12:00:00.000000Z","recorded_at":"2026-01-03T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"20.00","balance":"60.00","available":"60.00","held":"0.00","version":3}]}');
INSERT INTO "event" VALUES(1,4,1767528000000000,'{"type":"balance_updated","transaction":"01a229a9-5b9b-769d-b429-eb8aae02727a","kind":"hold","reason":"","at":"2026-01-04T12:00:00.000000Z","recorded_at":"2026-01-04T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"0.00","balance":"60.00","available":"56.00","held":"4.00","version":4}],"hold":"01a229a9-5b9b-769d-b429-eb8aae02727a"}');
INSERT INTO "event" VALUES(1,5,1767528000000000,'{"type":"balance_updated","transaction":"01a229a9-5ba9-72a2-9bb9-be182d18ea0d","kind":"capture","reason":"","at":"2026-01-04T12:00:00.000000Z","recorded_at":"2026-01-04T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"-1.00","balance":"59.00","available":"56.00","held":"3.00","version":5}],"hold":"01a229a9-5b9b-769d-b429-eb8aae02727a"}');
INSERT INTO "event" VALUES(1,6,1769947200000000,'{"type":"balance_updated","transaction":"01a229a9-5bb3-76b8-b5ed-a579e2a52d96","kind":"post","reason":"","at":"2026-02-01T12:00:00.000000Z","recorded_at":"2026-02-01T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"20.00","balance":"79.00","available":"76.00","held":"3.00","version":6}]}');
INSERT INTO "event" VALUES(1,7,1770033600000000,'{"type":"balance_updated","transaction":"01a229a9-5bc1-77c0-b7f4-cbfa1f37a6ee","kind":"post","reason":"","at":"2026-02-02T12:00:00.000000Z","recorded_at":"2026-02-02T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"20.00","balance":"99.00","available":"96.00","held":"3.00","version":7}]}');
INSERT INTO "event" VALUES(1,8,1770120000000000,'{"type":"balance_updated","transaction":"01a229a9-5bc6-7154-9eb1-38508803c385","kind":"post","reason":"","at":"2026-02-03T12:00:00.000000Z","recorded_at":"2026-02-03T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"20.00","balance":"119.00","available":"116.00","held":"3.00","version":8}]}');
INSERT INTO "event" VALUES(1,9,1770206400000000,'{"type":"balance_updated","transaction":"01a229a9-5bca-7558-a1b6-d98e8092f802","kind":"hold","reason":"","at":"2026-02-04T12:00:00.000000Z","recorded_at":"2026-02-04T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"0.00","balance":"119.00","available":"112.00","held":"7.00","version":9}],"hold":"01a229a9-5bca-7558-a1b6-d98e8092f802"}');
INSERT INTO "event" VALUES(1,10,1770206400000000,'{"type":"balance_updated","transaction":"01a229a9-5bcc-72ed-b61f-97f43a715daf","kind":"capture","reason":"","at":"2026-02-04T12:00:00.000000Z","recorded_at":"2026-02-04T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"-1.00","balance":"118.00","available":"112.00","held":"6.00","version":10}],"hold":"01a229a9-5bca-7558-a1b6-d98e8092f802"}');
INSERT INTO "event" VALUES(1,11,1772625600000000,'{"type":"transfer_updated","transaction":"01a229a9-5bce-7015-8974-cb511b038a76","kind":"transfer.file","reason":"Transfer to Ada","at":"2026-03-04T12:00:00.000000Z","recorded_at":"2026-03-04T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"0.00","balance":"118.00","available":"110.50","held":"7.50","version":11}],"key":"t0","hold":"01a229a9-5bce-7015-8974-cb511b038a76","data":{"id":"01a229a9-5bce-7015-8974-cb511b038a76","kind":"transfer","state":"pending","version":1,"user":"42","data":{"user":"","external":"DE89370400440532013000","name":"Ada","amount":"1.50","asset":"USD","beneficiary":"","reference":"","on":""},"amount":"1.50","asset":"USD","filed_by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z","due_at":"2026-03-11T12:00:00.000000Z","approvals":{"needed":1,"given":[]},"decided_by":null,"decided_at":null,"reason":"Transfer to Ada","parent":null,"hold":"01a229a9-5bce-7015-8974-cb511b038a76","open":true,"waits":true},"notification":{"id":"01a229a9-5bce-7015-8974-cb52f4cd30df","level":"info","title":"Transfer filed","body":"1.50 USD to Ada. It waits for approval.","category":"transfers","thread":"01a229a9-5bce-7015-8974-cb511b038a76","subject":{"kind":"transfer","id":"01a229a9-5bce-7015-8974-cb511b038a76"},"at":"2026-03-04T12:00:00.000000Z","read":false,"stream":"user:42","number":1,"unread":1}}');
INSERT INTO "event" VALUES(1,12,1772625600000000,'{"type":"transfer_updated","transaction":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","kind":"transfer.file","reason":"Transfer to Ada","at":"2026-03-04T12:00:00.000000Z","recorded_at":"2026-03-04T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"0.00","balance":"118.00","available":"109.00","held":"9.00","version":12}],"key":"t1","hold":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","data":{"id":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","kind":"transfer","state":"pending","version":1,"user":"42","data":{"user":"","external":"DE89370400440532013000","name":"Ada","amount":"1.50","asset":"USD","beneficiary":"","reference":"","on":""},"amount":"1.50","asset":"USD","filed_by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z","due_at":"2026-03-11T12:00:00.000000Z","approvals":{"needed":1,"given":[]},"decided_by":null,"decided_at":null,"reason":"Transfer to Ada","parent":null,"hold":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","open":true,"waits":true},"notification":{"id":"01a229a9-5bd1-7274-a0cd-2f086eadfbf1","level":"info","title":"Transfer filed","body":"1.50 USD to Ada. It waits for approval.","category":"transfers","thread":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","subject":{"kind":"transfer","id":"01a229a9-5bd1-7274-a0cd-2f07b39c3150"},"at":"2026-03-04T12:00:00.000000Z","read":false,"stream":"user:42","number":2,"unread":2}}');
INSERT INTO "event" VALUES(1,13,1772625600000000,'{"type":"transfer_updated","transaction":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","kind":"transfer.file","reason":"Transfer to Ada","at":"2026-03-04T12:00:00.000000Z","recorded_at":"2026-03-04T12:00:00.000000Z","changes":[{"account":"user:42","asset":"USD","delta":"0.00","balance":"118.00","available":"107.50","held":"10.50","version":13}],"key":"t2","hold":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","data":{"id":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","kind":"transfer","state":"pending","version":1,"user":"42","data":{"user":"","external":"DE89370400440532013000","name":"Ada","amount":"1.50","asset":"USD","beneficiary":"","reference":"","on":""},"amount":"1.50","asset":"USD","filed_by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z","due_at":"2026-03-11T12:00:00.000000Z","approvals":{"needed":1,"given":[]},"decided_by":null,"decided_at":null,"reason":"Transfer to Ada","parent":null,"hold":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","open":true,"waits":true},"notification":{"id":"01a229a9-5bd6-72d0-9a17-cc0006ba8f20","level":"info","title":"Transfer filed","body":"1.50 USD to Ada. It waits for approval.","category":"transfers","thread":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","subject":{"kind":"transfer","id":"01a229a9-5bd6-72d0-9a17-cbffc0db9194"},"at":"2026-03-04T12:00:00.000000Z","read":false,"stream":"user:42","number":3,"unread":3}}');
INSERT INTO "event" VALUES(2,1,1767268800000000,'{"type":"balance_updated","transaction":"01a229a9-5af3-7437-8f8c-2bbcbdd708ae","kind":"post","reason":"","at":"2026-01-01T12:00:00.000000Z","recorded_at":"2026-01-01T12:00:00.000000Z","changes":[{"account":"user:7","asset":"USD","delta":"5.00","balance":"5.00","available":"5.00","held":"0.00","version":1}]}');
INSERT INTO "event" VALUES(2,2,1767355200000000,'{"type":"balance_updated","transaction":"01a229a9-5b16-7187-8ace-cacef811be4d","kind":"post","reason":"","at":"2026-01-02T12:00:00.000000Z","recorded_at":"2026-01-02T12:00:00.000000Z","changes":[{"account":"user:7","asset":"USD","delta":"5.00","balance":"10.00","available":"10.00","held":"0.00","version":2}]}');
INSERT INTO "event" VALUES(2,3,1767441600000000,'{"type":"balance_updated","transaction":"01a229a9-5b95-7611-8f62-87a40211d1df","kind":"post","reason":"","at":"2026-01-03T12:00:00.000000Z","recorded_at":"2026-01-03T12:00:00.000000Z","changes":[{"account":"user:7","asset":"USD","delta":"5.00","balance":"15.00","available":"15.00","held":"0.00","version":3}]}');
INSERT INTO "event" VALUES(2,4,1769947200000000,'{"type":"balance_updated","transaction":"01a229a9-5bb3-76b8-b5ed-a579e2a52d96","kind":"post","reason":"","at":"2026-02-01T12:00:00.000000Z","recorded_at":"2026-02-01T12:00:00.000000Z","changes":[{"account":"user:7","asset":"USD","delta":"5.00","balance":"20.00","available":"20.00","held":"0.00","version":4}]}');
INSERT INTO "event" VALUES(2,5,1770033600000000,'{"type":"balance_updated","transaction":"01a229a9-5bc1-77c0-b7f4-cbfa1f37a6ee","kind":"post","reason":"","at":"2026-02-02T12:00:00.000000Z","recorded_at":"2026-02-02T12:00:00.000000Z","changes":[{"account":"user:7","asset":"USD","delta":"5.00","balance":"25.00","available":"25.00","held":"0.00","version":5}]}');
INSERT INTO "event" VALUES(2,6,1770120000000000,'{"type":"balance_updated","transaction":"01a229a9-5bc6-7154-9eb1-38508803c385","kind":"post","reason":"","at":"2026-02-03T12:00:00.000000Z","recorded_at":"2026-02-03T12:00:00.000000Z","changes":[{"account":"user:7","asset":"USD","delta":"5.00","balance":"30.00","available":"30.00","held":"0.00","version":6}]}');
INSERT INTO "event" VALUES(3,1,1772625600000000,'{"type":"requests_updated","transaction":"01a229a9-5bce-7015-8974-cb511b038a76","kind":"transfer.file","reason":"","at":"2026-03-04T12:00:00.000000Z","recorded_at":"2026-03-04T12:00:00.000000Z","data":{"items":[{"id":"01a229a9-5bce-7015-8974-cb511b038a76","kind":"transfer","state":"pending","version":1,"user":"42","amount":"1.50","asset":"USD","waits":true,"parent":null,"approvals":0,"needed":1,"by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z"}],"more":0}}');
INSERT INTO "event" VALUES(3,2,1772625600000000,'{"type":"requests_updated","transaction":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","kind":"transfer.file","reason":"","at":"2026-03-04T12:00:00.000000Z","recorded_at":"2026-03-04T12:00:00.000000Z","data":{"items":[{"id":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","kind":"transfer","state":"pending","version":1,"user":"42","amount":"1.50","asset":"USD","waits":true,"parent":null,"approvals":0,"needed":1,"by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z"}],"more":0}}');
INSERT INTO "event" VALUES(3,3,1772625600000000,'{"type":"requests_updated","transaction":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","kind":"transfer.file","reason":"","at":"2026-03-04T12:00:00.000000Z","recorded_at":"2026-03-04T12:00:00.000000Z","data":{"items":[{"id":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","kind":"transfer","state":"pending","version":1,"user":"42","amount":"1.50","asset":"USD","waits":true,"parent":null,"approvals":0,"needed":1,"by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z"}],"more":0}}');
INSERT INTO "event" VALUES(4,1,1772625600000000,'{"type":"requests_updated","transaction":"01a229a9-5bce-7015-8974-cb511b038a76","kind":"transfer.file","reason":"","at":"2026-03-04T12:00:00.000000Z","recorded_at":"2026-03-04T12:00:00.000000Z","data":{"items":[{"id":"01a229a9-5bce-7015-8974-cb511b038a76","kind":"transfer","state":"pending","version":1,"user":"42","amount":"1.50","asset":"USD","waits":true,"parent":null,"approvals":0,"needed":1,"by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z"}],"more":0}}');
INSERT INTO "event" VALUES(4,2,1772625600000000,'{"type":"requests_updated","transaction":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","kind":"transfer.file","reason":"","at":"2026-03-04T12:00:00.000000Z","recorded_at":"2026-03-04T12:00:00.000000Z","data":{"items":[{"id":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","kind":"transfer","state":"pending","version":1,"user":"42","amount":"1.50","asset":"USD","waits":true,"parent":null,"approvals":0,"needed":1,"by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z"}],"more":0}}');
INSERT INTO "event" VALUES(4,3,1772625600000000,'{"type":"requests_updated","transaction":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","kind":"transfer.file","reason":"","at":"2026-03-04T12:00:00.000000Z","recorded_at":"2026-03-04T12:00:00.000000Z","data":{"items":[{"id":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","kind":"transfer","state":"pending","version":1,"user":"42","amount":"1.50","asset":"USD","waits":true,"parent":null,"approvals":0,"needed":1,"by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z"}],"more":0}}');
CREATE TABLE hold (
    id          TEXT    PRIMARY KEY,
    source      INTEGER NOT NULL,
    destination INTEGER NOT NULL,
    amount      INTEGER NOT NULL CHECK (amount > 0),
    captured    INTEGER NOT NULL CHECK (captured >= 0),
    released    INTEGER NOT NULL CHECK (released >= 0 AND captured + released <= amount),
    expires_at  INTEGER,
    status      TEXT    NOT NULL CHECK (status IN ('open', 'captured', 'released', 'expired')),
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "hold" VALUES('01a229a9-5b9b-769d-b429-eb8aae02727a',2,4,400,100,0,NULL,'open',1767528000000000);
INSERT INTO "hold" VALUES('01a229a9-5bca-7558-a1b6-d98e8092f802',2,4,400,100,0,NULL,'open',1770206400000000);
INSERT INTO "hold" VALUES('01a229a9-5bce-7015-8974-cb511b038a76',2,5,150,0,0,NULL,'open',1772625600000000);
INSERT INTO "hold" VALUES('01a229a9-5bd1-7274-a0cd-2f07b39c3150',2,5,150,0,0,NULL,'open',1772625600000000);
INSERT INTO "hold" VALUES('01a229a9-5bd6-72d0-9a17-cbffc0db9194',2,5,150,0,0,NULL,'open',1772625600000000);
CREATE TABLE key (
    digest  TEXT    PRIMARY KEY,
    form    INTEGER NOT NULL,
    body    TEXT    NOT NULL,
    txn     TEXT,
    outcome TEXT
) STRICT, WITHOUT ROWID;
INSERT INTO "key" VALUES('19ed3789e8d2bddc050e3c4ddf02cd0d',1,'10af91dcad29e0f3ab6967b728ae78e1',NULL,'{"transactions":["01a229a9-5bce-7015-8974-cb511b038a76"],"at":1772625600000000,"extra":{"id":"01a229a9-5bce-7015-8974-cb511b038a76","kind":"transfer","state":"pending","version":1,"user":"42","data":{"user":"","external":"DE89370400440532013000","name":"Ada","amount":"1.50","asset":"USD","beneficiary":"","reference":"","on":""},"amount":"1.50","asset":"USD","filed_by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z","due_at":"2026-03-11T12:00:00.000000Z","approvals":{"needed":1,"given":[]},"decided_by":null,"decided_at":null,"reason":"Transfer to Ada","parent":null,"hold":"01a229a9-5bce-7015-8974-cb511b038a76","open":true,"waits":true}}');
INSERT INTO "key" VALUES('1e6d8b9b6e5d174fc64d96dc76852673',1,'81bd02333e23604894de6def07af3074','01a229a9-5b9b-769d-b429-eb8aae02727a',NULL);
INSERT INTO "key" VALUES('3d3506adb78e6708666563adc46141a1',1,'7e9f044c2db29c743a4621fd6ad75ce0','01a229a9-5b16-7187-8ace-cacef811be4d',NULL);
INSERT INTO "key" VALUES('67d876944584c076e3f6a7869dfdc8d5',1,'41a33fa78b38469a8c401c75e7261813','01a229a9-5b95-7611-8f62-87a40211d1df',NULL);
INSERT INTO "key" VALUES('7aad84b5882f330118c560f0e3ffec5a',1,'10af91dcad29e0f3ab6967b728ae78e1',NULL,'{"transactions":["01a229a9-5bd1-7274-a0cd-2f07b39c3150"],"at":1772625600000000,"extra":{"id":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","kind":"transfer","state":"pending","version":1,"user":"42","data":{"user":"","external":"DE89370400440532013000","name":"Ada","amount":"1.50","asset":"USD","beneficiary":"","reference":"","on":""},"amount":"1.50","asset":"USD","filed_by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z","due_at":"2026-03-11T12:00:00.000000Z","approvals":{"needed":1,"given":[]},"decided_by":null,"decided_at":null,"reason":"Transfer to Ada","parent":null,"hold":"01a229a9-5bd1-7274-a0cd-2f07b39c3150","open":true,"waits":true}}');
INSERT INTO "key" VALUES('7ef30080e7f56dc70fafa878de8664fd',1,'ef07443facff24ed96ae8ebdfe3d1271','01a229a9-5af3-7437-8f8c-2bbcbdd708ae',NULL);
INSERT INTO "key" VALUES('82af787e076a829f55b4fae7fe9f2043',1,'ef07443facff24ed96ae8ebdfe3d1271','01a229a9-5bb3-76b8-b5ed-a579e2a52d96',NULL);
INSERT INTO "key" VALUES('9d1ef089012164b354a7b25196c405f6',1,'81bd02333e23604894de6def07af3074','01a229a9-5bca-7558-a1b6-d98e8092f802',NULL);
INSERT INTO "key" VALUES('ca9250db3a33b6a69ea8aabddc767f6e',1,'10af91dcad29e0f3ab6967b728ae78e1',NULL,'{"transactions":["01a229a9-5bd6-72d0-9a17-cbffc0db9194"],"at":1772625600000000,"extra":{"id":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","kind":"transfer","state":"pending","version":1,"user":"42","data":{"user":"","external":"DE89370400440532013000","name":"Ada","amount":"1.50","asset":"USD","beneficiary":"","reference":"","on":""},"amount":"1.50","asset":"USD","filed_by":"user:42","filed_at":"2026-03-04T12:00:00.000000Z","changed_at":"2026-03-04T12:00:00.000000Z","due_at":"2026-03-11T12:00:00.000000Z","approvals":{"needed":1,"given":[]},"decided_by":null,"decided_at":null,"reason":"Transfer to Ada","parent":null,"hold":"01a229a9-5bd6-72d0-9a17-cbffc0db9194","open":true,"waits":true}}');
INSERT INTO "key" VALUES('d858c155988c0e91d00a04f5a2fe163b',1,'9b48ea5a90938c21605897bda6013db8','01a229a9-5bcc-72ed-b61f-97f43a715daf',NULL);
INSERT INTO "key" VALUES('d9755d29f26896f4fca7cabf5e369e60',1,'41a33fa78b38469a8c401c75e7261813','01a229a9-5bc6-7154-9eb1-38508803c385',NULL);
INSERT INTO "key" VALUES('e39dc4ade7cc1dd9128174c6c51d2090',1,'7e9f044c2db29c743a4621fd6ad75ce0','01a229a9-5bc1-77c0-b7f4-cbfa1f37a6ee',NULL);
INSERT INTO "key" VALUES('fdc447569985ba5c6d317fc92f44663e',1,'9bd36be29d26be3de7b8203b2094caac','01a229a9-5ba9-72a2-9bb9-be182d18ea0d',NULL);
CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "meta" VALUES('epoch','48e7c0ec');
CREATE TABLE migration (
    room       TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    name       TEXT    NOT NULL,
    applied_at TEXT    NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    PRIMARY KEY (room, number)
) STRICT, WITHOUT ROWID;
INSERT INTO "migration" VALUES('groat',1,'ledger','2026-11-29T23:34:54Z');
INSERT INTO "migration" VALUES('groat',2,'identity','2026-11-29T23:34:54Z');
INSERT INTO "migration" VALUES('groat',3,'archive','2026-11-29T23:34:54Z');
INSERT INTO "migration" VALUES('notifications',1,'notifications','2026-11-29T23:34:54Z');
INSERT INTO "migration" VALUES('notifications',2,'retention','2026-11-29T23:34:54Z');
INSERT INTO "migration" VALUES('workflow',1,'requests','2026-11-29T23:34:54Z');
CREATE TABLE notification (
    id       TEXT    PRIMARY KEY,
    stream   TEXT    NOT NULL,
    number   INTEGER NOT NULL,
    level    TEXT    NOT NULL,
    title    TEXT    NOT NULL,
    body     TEXT    NOT NULL,
    category TEXT    NOT NULL,
    thread   TEXT    NOT NULL,
    subject  TEXT,                         -- JSON: what it is about
    at       INTEGER NOT NULL              -- microseconds since 1970
) STRICT, WITHOUT ROWID;
INSERT INTO "notification" VALUES('01a229a9-5bce-7015-8974-cb52f4cd30df','user:42',1,'info','Transfer filed','1.50 USD to Ada. It waits for approval.','transfers','01a229a9-5bce-7015-8974-cb511b038a76','{"kind":"transfer","id":"01a229a9-5bce-7015-8974-cb511b038a76"}',1772625600000000);
INSERT INTO "notification" VALUES('01a229a9-5bd1-7274-a0cd-2f086eadfbf1','user:42',2,'info','Transfer filed','1.50 USD to Ada. It waits for approval.','transfers','01a229a9-5bd1-7274-a0cd-2f07b39c3150','{"kind":"transfer","id":"01a229a9-5bd1-7274-a0cd-2f07b39c3150"}',1772625600000000);
INSERT INTO "notification" VALUES('01a229a9-5bd6-72d0-9a17-cc0006ba8f20','user:42',3,'info','Transfer filed','1.50 USD to Ada. It waits for approval.','transfers','01a229a9-5bd6-72d0-9a17-cbffc0db9194','{"kind":"transfer","id":"01a229a9-5bd6-72d0-9a17-cbffc0db9194"}',1772625600000000);
CREATE TABLE notification_box (
    stream   TEXT    PRIMARY KEY,
    total    INTEGER NOT NULL,
    upto     INTEGER NOT NULL,
    spans    TEXT    NOT NULL,
    email    TEXT    NOT NULL,             -- an address that an app gave, '' for none
    ways     TEXT    NOT NULL              -- JSON {category: ["toast", "email"]}; "*" stands for the others
) STRICT, WITHOUT ROWID;
INSERT INTO "notification_box" VALUES('user:42',3,0,'[]','','{}');
CREATE TABLE notification_gone (
    stream   TEXT    PRIMARY KEY,
    gone     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE notification_mail (
    id           TEXT    PRIMARY KEY,
    notification TEXT    NOT NULL,
    stream       TEXT    NOT NULL,
    at           INTEGER NOT NULL,
    due_at       INTEGER,                  -- NULL: nothing is left to do
    attempts     INTEGER NOT NULL DEFAULT 0,
    claim        TEXT    NOT NULL DEFAULT '',
    reached      TEXT    NOT NULL DEFAULT '',
    state        TEXT    NOT NULL DEFAULT 'waiting'
) STRICT, WITHOUT ROWID;
CREATE TABLE notification_mark (
    id       TEXT    PRIMARY KEY,
    reader   TEXT    NOT NULL,
    room     TEXT    NOT NULL,
    upto     INTEGER NOT NULL,
    spans    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE posting (
    txn                 TEXT    NOT NULL,
    leg                 INTEGER NOT NULL,
    source              INTEGER NOT NULL,
    destination         INTEGER NOT NULL,
    amount              INTEGER NOT NULL CHECK (amount >= 0),
    pending             INTEGER NOT NULL,
    source_balance      INTEGER NOT NULL,
    source_held         INTEGER NOT NULL,
    source_version      INTEGER NOT NULL,
    destination_balance INTEGER NOT NULL,
    destination_held    INTEGER NOT NULL,
    destination_version INTEGER NOT NULL,
    effective_at        INTEGER NOT NULL,
    PRIMARY KEY (txn, leg)
) STRICT, WITHOUT ROWID;
INSERT INTO "posting" VALUES('01a229a9-5bb3-76b8-b5ed-a579e2a52d96',0,1,2,2000,0,-9500,0,7,7900,300,6,1769947200000000);
INSERT INTO "posting" VALUES('01a229a9-5bb3-76b8-b5ed-a579e2a52d96',1,1,3,500,0,-10000,0,8,2000,0,4,1769947200000000);
INSERT INTO "posting" VALUES('01a229a9-5bc1-77c0-b7f4-cbfa1f37a6ee',0,1,2,2000,0,-12000,0,9,9900,300,7,1770033600000000);
INSERT INTO "posting" VALUES('01a229a9-5bc1-77c0-b7f4-cbfa1f37a6ee',1,1,3,500,0,-12500,0,10,2500,0,5,1770033600000000);
INSERT INTO "posting" VALUES('01a229a9-5bc6-7154-9eb1-38508803c385',0,1,2,2000,0,-14500,0,11,11900,300,8,1770120000000000);
INSERT INTO "posting" VALUES('01a229a9-5bc6-7154-9eb1-38508803c385',1,1,3,500,0,-15000,0,12,3000,0,6,1770120000000000);
INSERT INTO "posting" VALUES('01a229a9-5bca-7558-a1b6-d98e8092f802',0,2,4,0,400,11900,700,9,100,0,3,1770206400000000);
INSERT INTO "posting" VALUES('01a229a9-5bcc-72ed-b61f-97f43a715daf',0,2,4,100,-100,11800,600,10,200,0,4,1770206400000000);
INSERT INTO "posting" VALUES('01a229a9-5bce-7015-8974-cb511b038a76',0,2,5,0,150,11800,750,11,0,0,1,1772625600000000);
INSERT INTO "posting" VALUES('01a229a9-5bd1-7274-a0cd-2f07b39c3150',0,2,5,0,150,11800,900,12,0,0,2,1772625600000000);
INSERT INTO "posting" VALUES('01a229a9-5bd6-72d0-9a17-cbffc0db9194',0,2,5,0,150,11800,1050,13,0,0,3,1772625600000000);
CREATE TABLE principal (
    id            TEXT    PRIMARY KEY,              -- user:42, service:shop
    name          TEXT    NOT NULL DEFAULT '',
    email         TEXT    UNIQUE,                   -- lower case
    password      TEXT,                             -- argon2id, NULL: cannot sign in with one
    roles         TEXT,                             -- JSON list; NULL: the token's roles count
    tokens_after  INTEGER NOT NULL DEFAULT 0,       -- seconds since 1970: tokens issued until then are refused
    disabled      INTEGER NOT NULL DEFAULT 0,
    rev           INTEGER NOT NULL,
    created_at    INTEGER NOT NULL                  -- microseconds since 1970
) STRICT, WITHOUT ROWID;
INSERT INTO "principal" VALUES('service:shop','Shop',NULL,NULL,'["service"]',0,0,2,1767268800000000);
INSERT INTO "principal" VALUES('user:42','Mia','mia@example.org',NULL,NULL,0,0,1,1767268800000000);
CREATE TABLE receipt (
    stream TEXT    NOT NULL,
    device TEXT    NOT NULL,
    offset INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    PRIMARY KEY (stream, device)
) STRICT, WITHOUT ROWID;
CREATE TABLE request (
    id         TEXT    PRIMARY KEY,
    kind       TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    data       TEXT    NOT NULL,
    hold       TEXT,
    amount     INTEGER,
    asset      TEXT,
    needed     INTEGER NOT NULL,
    approvals  TEXT    NOT NULL,
    filed_by   TEXT    NOT NULL,
    filed_at   INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    decided_by TEXT,
    decided_at INTEGER,
    reason     TEXT    NOT NULL,
    parent     TEXT,
    due_at     INTEGER,
    waits      INTEGER NOT NULL CHECK (waits IN (0, 1)),
    open       INTEGER NOT NULL CHECK (open IN (0, 1))
) STRICT, WITHOUT ROWID;
INSERT INTO "request" VALUES('01a229a9-5bce-7015-8974-cb511b038a76','transfer','user:42','pending',1,'{"user":"","external":"DE89370400440532013000","name":"Ada","amount":"1.50","asset":"USD","beneficiary":"","reference":"","on":""}','01a229a9-5bce-7015-8974-cb511b038a76',150,'USD',1,'[]','user:42',1772625600000000,1772625600000000,NULL,NULL,'Transfer to Ada',NULL,1773230400000000,1,1);
INSERT INTO "request" VALUES('01a229a9-5bd1-7274-a0cd-2f07b39c3150','transfer','user:42','pending',1,'{"user":"","external":"DE89370400440532013000","name":"Ada","amount":"1.50","asset":"USD","beneficiary":"","reference":"","on":""}','01a229a9-5bd1-7274-a0cd-2f07b39c3150',150,'USD',1,'[]','user:42',1772625600000000,1772625600000000,NULL,NULL,'Transfer to Ada',NULL,1773230400000000,1,1);
INSERT INTO "request" VALUES('01a229a9-5bd6-72d0-9a17-cbffc0db9194','transfer','user:42','pending',1,'{"user":"","external":"DE89370400440532013000","name":"Ada","amount":"1.50","asset":"USD","beneficiary":"","reference":"","on":""}','01a229a9-5bd6-72d0-9a17-cbffc0db9194',150,'USD',1,'[]','user:42',1772625600000000,1772625600000000,NULL,NULL,'Transfer to Ada',NULL,1773230400000000,1,1);
CREATE TABLE request_look (
    request TEXT    NOT NULL,
    viewer  TEXT    NOT NULL,
    until   INTEGER NOT NULL,
    PRIMARY KEY (request, viewer)
) STRICT, WITHOUT ROWID;
CREATE TABLE request_step (
    id         TEXT    PRIMARY KEY,
    request    TEXT    NOT NULL,
    version    INTEGER NOT NULL,
    transition TEXT    NOT NULL,
    source     TEXT    NOT NULL,
    target     TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    reason     TEXT    NOT NULL,
    input      TEXT    NOT NULL,
    UNIQUE (request, version)
) STRICT, WITHOUT ROWID;
INSERT INTO "request_step" VALUES('01a229a9-5bce-7015-8974-cb511b038a76','01a229a9-5bce-7015-8974-cb511b038a76',1,'file','','pending','user:42',1772625600000000,'Transfer to Ada','{}');
INSERT INTO "request_step" VALUES('01a229a9-5bd1-7274-a0cd-2f07b39c3150','01a229a9-5bd1-7274-a0cd-2f07b39c3150',1,'file','','pending','user:42',1772625600000000,'Transfer to Ada','{}');
INSERT INTO "request_step" VALUES('01a229a9-5bd6-72d0-9a17-cbffc0db9194','01a229a9-5bd6-72d0-9a17-cbffc0db9194',1,'file','','pending','user:42',1772625600000000,'Transfer to Ada','{}');
CREATE TABLE session (
    digest        BLOB    PRIMARY KEY,              -- SHA-256 of the cookie
    principal     TEXT    NOT NULL REFERENCES principal (id),
    created_at    INTEGER NOT NULL,                 -- microseconds since 1970
    expires_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "session" VALUES(X'AABB','user:42',1767268800000000,1798804800000000);
CREATE TABLE stream (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL UNIQUE,
    generation INTEGER NOT NULL,
    head       INTEGER NOT NULL
) STRICT;
INSERT INTO "stream" VALUES(1,'user:42',0,13);
INSERT INTO "stream" VALUES(2,'user:7',0,6);
INSERT INTO "stream" VALUES(3,'role:admin',0,3);
INSERT INTO "stream" VALUES(4,'role:support',0,3);
CREATE TABLE txn (
    id           TEXT    PRIMARY KEY,
    batch        INTEGER NOT NULL,
    kind         TEXT    NOT NULL,
    principal    TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    metadata     TEXT,
    effective_at INTEGER NOT NULL,
    recorded_at  INTEGER NOT NULL,
    reverses     TEXT,
    hold         TEXT,
    hold_after   TEXT,
    positions    TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO "txn" VALUES('01a229a9-5bb3-76b8-b5ed-a579e2a52d96',6,'post','service:local','order-1-0','service:local','','{"n":0}',1769947200000000,1769947200000000,NULL,NULL,NULL,'{"user:42":"48e7c0ec:6","user:7":"48e7c0ec:4"}');
INSERT INTO "txn" VALUES('01a229a9-5bc1-77c0-b7f4-cbfa1f37a6ee',7,'post','service:local','order-1-1','service:local','','{"n":1}',1770033600000000,1770033600000000,NULL,NULL,NULL,'{"user:42":"48e7c0ec:7","user:7":"48e7c0ec:5"}');
INSERT INTO "txn" VALUES('01a229a9-5bc6-7154-9eb1-38508803c385',8,'post','service:local','order-1-2','service:local','','{"n":2}',1770120000000000,1770120000000000,NULL,NULL,NULL,'{"user:42":"48e7c0ec:8","user:7":"48e7c0ec:6"}');
INSERT INTO "txn" VALUES('01a229a9-5bca-7558-a1b6-d98e8092f802',9,'hold','service:local','hold-1','service:local','',NULL,1770206400000000,1770206400000000,NULL,'01a229a9-5bca-7558-a1b6-d98e8092f802','[0,0,"open"]','{"user:42":"48e7c0ec:9"}');
INSERT INTO "txn" VALUES('01a229a9-5bcc-72ed-b61f-97f43a715daf',10,'capture','service:local','capture-1','service:local','',NULL,1770206400000000,1770206400000000,NULL,'01a229a9-5bca-7558-a1b6-d98e8092f802','[100,0,"open"]','{"user:42":"48e7c0ec:10"}');
INSERT INTO "txn" VALUES('01a229a9-5bce-7015-8974-cb511b038a76',11,'transfer.file','user:42','t0','user:42','Transfer to Ada','{"request":"01a229a9-5bce-7015-8974-cb511b038a76"}',1772625600000000,1772625600000000,NULL,'01a229a9-5bce-7015-8974-cb511b038a76','[0,0,"open"]','{"user:42":"48e7c0ec:11"}');
INSERT INTO "txn" VALUES('01a229a9-5bd1-7274-a0cd-2f07b39c3150',12,'transfer.file','user:42','t1','user:42','Transfer to Ada','{"request":"01a229a9-5bd1-7274-a0cd-2f07b39c3150"}',1772625600000000,1772625600000000,NULL,'01a229a9-5bd1-7274-a0cd-2f07b39c3150','[0,0,"open"]','{"user:42":"48e7c0ec:12"}');
INSERT INTO "txn" VALUES('01a229a9-5bd6-72d0-9a17-cbffc0db9194',13,'transfer.file','user:42','t2','user:42','Transfer to Ada','{"request":"01a229a9-5bd6-72d0-9a17-cbffc0db9194"}',1772625600000000,1772625600000000,NULL,'01a229a9-5bd6-72d0-9a17-cbffc0db9194','[0,0,"open"]','{"user:42":"48e7c0ec:13"}');
CREATE INDEX txn_batch ON txn (batch);
CREATE INDEX txn_reverses ON txn (reverses) WHERE reverses IS NOT NULL;
CREATE UNIQUE INDEX posting_source ON posting (source, source_version);
CREATE UNIQUE INDEX posting_destination ON posting (destination, destination_version);
CREATE INDEX hold_due ON hold (expires_at) WHERE status = 'open' AND expires_at IS NOT NULL;
CREATE INDEX hold_source ON hold (source) WHERE status = 'open';
CREATE INDEX hold_destination ON hold (destination) WHERE status = 'open';
CREATE INDEX event_at ON event (at);
CREATE INDEX act_batch ON act (batch) WHERE batch IS NOT NULL;
CREATE UNIQUE INDEX principal_rev ON principal (rev);
CREATE INDEX session_principal ON session (principal);
CREATE INDEX session_expires ON session (expires_at);
CREATE INDEX archived_txn_batch ON archived_txn (batch);
CREATE INDEX archived_txn_reverses ON archived_txn (reverses) WHERE reverses IS NOT NULL;
CREATE UNIQUE INDEX archived_posting_source ON archived_posting (source, source_version);
CREATE UNIQUE INDEX archived_posting_destination ON archived_posting (destination, destination_version);
CREATE INDEX request_owner ON request (owner, id);
CREATE INDEX request_state ON request (kind, state, id);
CREATE INDEX request_parent ON request (parent, id) WHERE parent IS NOT NULL;
CREATE INDEX request_open ON request (owner, id, open) WHERE open = 1;
CREATE INDEX request_waits ON request (id) WHERE waits = 1;
CREATE INDEX request_waits_amount ON request (amount, id) WHERE waits = 1;
CREATE INDEX request_due ON request (due_at) WHERE due_at IS NOT NULL;
CREATE UNIQUE INDEX notification_stream ON notification (stream, number);
CREATE INDEX notification_box_email ON notification_box (stream) WHERE ways LIKE '%"email"%';
CREATE INDEX notification_mark_reader ON notification_mark (reader);
CREATE INDEX notification_mail_due ON notification_mail (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX notification_mail_done ON notification_mail (at) WHERE due_at IS NULL;
CREATE INDEX notification_at ON notification (at);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('batch',13);
COMMIT;