-- Everything about one person.

-- name: export_person
SELECT id, name, standing, language, reachable, association, created, seen FROM person WHERE id = :person;

-- name: export_addresses
SELECT channel, id FROM address WHERE person = :person ORDER BY channel, id;

-- name: export_association
SELECT a.id, a.created FROM person p JOIN association a ON a.id = p.association WHERE p.id = :person;

-- name: export_answers
SELECT a.owner, a.flow, a.run, a.name, a.value, a.personal, a.given, a.erase_after, a.imported
  FROM person p
  JOIN answer a ON (a.owner = 'person' AND a.owner_id = p.id)
                OR (a.owner = 'association' AND a.owner_id = p.association)
 WHERE p.id = :person
 ORDER BY a.owner, a.flow, a.run, a.name;

-- name: export_tasks
SELECT t.owner, t.id, t.title, t.due, t.done
  FROM person p
  JOIN task t ON (t.owner = 'person' AND t.owner_id = p.id)
              OR (t.owner = 'association' AND t.owner_id = p.association)
 WHERE p.id = :person
 ORDER BY t.row;

-- name: export_timers
SELECT key, due, channel, address FROM timer WHERE person = :person ORDER BY due, key;

-- name: export_journeys
SELECT flow, began, ended, outcome FROM journey WHERE person = :person ORDER BY id;

-- name: export_requests
SELECT at, reason, title, text, pack, state, shared, answer, answered, closed, score, words
  FROM request WHERE person = :person ORDER BY id;

-- name: export_deliveries
SELECT announcement.created, delivery.at, delivery.fate, delivery.reason, delivery.vote FROM delivery JOIN announcement ON announcement.id = delivery.announcement
 WHERE delivery.person = :person ORDER BY announcement.created;

-- name: export_files
SELECT sha256, origin, name, media_type, size, added FROM file WHERE person = :person ORDER BY added;

-- name: export_session
SELECT body FROM session WHERE person = :person;

-- name: export_history
SELECT at, direction, tapped, body FROM history WHERE person = :person ORDER BY id;

-- name: export_inbox
SELECT i.arrived, i.state, i.body
  FROM address d
  JOIN inbox i ON i.channel = d.channel AND i.lane = d.id AND i.state <> 'done'
 WHERE d.person = :person
 ORDER BY i.id;

-- name: export_outbox
SELECT channel, address, created, state, reason, body FROM outbox WHERE person = :person ORDER BY id;

-- name: export_sent
SELECT s.channel, s.address, s.key, s.reference, s.at
  FROM address d
  JOIN sent s ON s.channel = d.channel AND s.address = d.id
 WHERE d.person = :person
 ORDER BY s.at;

-- name: erase_answers
DELETE FROM answer
 WHERE (owner = 'person' AND owner_id = :person)
    OR (owner = 'association' AND owner_id = :association AND personal = 1 AND given_by = :person);

-- name: erase_tasks
DELETE FROM task WHERE owner = 'person' AND owner_id = :person;

-- name: erase_inbox
UPDATE inbox SET state = 'done', body = NULL, reason = NULL
 WHERE channel = :channel AND lane = :address AND state <> 'done' AND (id <= :upto OR state = 'aside');

-- name: erase_person
DELETE FROM person WHERE id = :person;

-- name: members
SELECT id FROM person WHERE association = :association ORDER BY id;

-- name: erase_association_answers
DELETE FROM answer WHERE owner = 'association' AND owner_id = :association;

-- name: erase_association_tasks
DELETE FROM task WHERE owner = 'association' AND owner_id = :association;

-- name: erase_association
DELETE FROM association WHERE id = :association;

-- name: erasures
SELECT hash, at FROM erasure;

-- name: addresses_since
SELECT channel, address.id AS id, person.id AS person, association, created FROM address JOIN person ON person.id = address.person;

-- name: restored_deliveries
UPDATE delivery SET fate = 'unknown' WHERE fate = 'claimed';

-- name: restored_announcements
UPDATE announcement SET state = 'paused', reason = :reason WHERE state = 'running';

-- name: restored_outbox
DELETE FROM outbox WHERE state = 'waiting';

-- name: restored_inbox
UPDATE inbox SET state = 'done', body = NULL WHERE state = 'waiting';

-- name: erasure_add
INSERT INTO erasure (hash, at) VALUES (:hash, :now) ON CONFLICT (hash) DO UPDATE SET at = excluded.at;

-- name: setting_get
SELECT value FROM setting WHERE name = :name;

-- name: setting_put
INSERT INTO setting (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;

-- name: export_attendances
SELECT a.event, e.title, e.starts, a.how, a.at
  FROM attendance a JOIN event e ON e.id = a.event WHERE a.person = :person ORDER BY a.id;

-- name: export_looked
SELECT card, channel, address, at FROM looked WHERE person = :person ORDER BY card;

-- name: export_registrations
SELECT registration.event, event.title, event.starts, registration.place, registration.at
  FROM registration JOIN event ON event.id = registration.event
 WHERE registration.person = :person ORDER BY registration.row;
