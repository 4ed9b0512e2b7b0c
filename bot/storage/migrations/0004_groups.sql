-- Behind the address of a group stands a row of `person`, so that it has a session and an outbox as everybody.
-- It is nobody: announcements and statistics of people leave it out.

ALTER TABLE person ADD COLUMN kind TEXT NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'group'));
