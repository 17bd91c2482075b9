-- The app's own database. Its column `credits` is not read any more once credits are groat's.
CREATE TABLE users (
    id        text    PRIMARY KEY,
    email     text    NOT NULL UNIQUE,
    name      text    NOT NULL,
    role      text    NOT NULL DEFAULT 'candidate',
    placement text,
    credits   integer NOT NULL DEFAULT 0
);

INSERT INTO users (id, email, name, role, placement, credits) VALUES
    ('1', 'ines@example.com', 'Ines', 'admin', NULL, 0),
    ('42', 'mei@example.com', 'Mei', 'candidate', 'spring', 100),
    ('43', 'kofi@example.com', 'Kofi', 'candidate', 'spring', 0);
