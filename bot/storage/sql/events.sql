-- Events and who comes.

-- name: event
SELECT e.*,
       (SELECT json_group_object(f.kind, json_array(f.name, f.media_type, f.sha256, f.alternative))
          FROM event_file f WHERE f.event = e.id) AS files
  FROM event e WHERE e.id = :id;

-- name: events
SELECT e.*, NULL AS mine, NULL AS ahead, 0 AS attended,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'seated') AS seated,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'waiting') AS waiting,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'maybe') AS maybe,
       (SELECT count(*) FROM attendance a WHERE a.event = e.id) AS here,
       (SELECT json_group_object(f.kind, json_array(f.name, f.media_type, f.sha256, f.alternative))
          FROM event_file f WHERE f.event = e.id) AS files
  FROM event e ORDER BY e.starts, e.id;

-- name: events_seen
SELECT e.*, m.place AS mine,
       (SELECT count(*) FROM registration r
         WHERE r.event = e.id AND r.place = 'waiting' AND r.row < m.row) AS ahead,
       EXISTS (SELECT 1 FROM attendance a WHERE a.event = e.id AND a.person = :person) AS attended,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'seated') AS seated,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'waiting') AS waiting,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'maybe') AS maybe,
       (SELECT count(*) FROM attendance a WHERE a.event = e.id) AS here,
       (SELECT json_group_object(f.kind, json_array(f.name, f.media_type, f.sha256, f.alternative))
          FROM event_file f WHERE f.event = e.id) AS files
  FROM event e
  LEFT JOIN registration m ON m.event = e.id AND m.person = :person
 WHERE e.ends > :after AND e.ends <= :until AND (e.state <> 'draft' OR :drafts)
 ORDER BY e.ends, e.id LIMIT :limit;

-- name: event_put
INSERT INTO event (id, revision, state, title, starts, ends, zone, place, link, description, capacity, organiser,
                   deadline, follow_up, changed)
VALUES (:id, :revision, :state, :title, :starts, :ends, :zone, :place, :link, :description, :capacity, :organiser,
        :deadline, :follow_up, :now)
ON CONFLICT (id) DO UPDATE
   SET revision = excluded.revision, state = excluded.state, title = excluded.title, starts = excluded.starts,
       ends = excluded.ends, zone = excluded.zone, place = excluded.place, link = excluded.link,
       description = excluded.description, capacity = excluded.capacity, organiser = excluded.organiser,
       deadline = excluded.deadline, follow_up = excluded.follow_up, changed = excluded.changed;

-- name: registration
SELECT place, asked FROM registration WHERE event = :event AND person = :person;

-- name: registration_seated
SELECT count(*) AS count FROM registration WHERE event = :event AND place = 'seated';

-- name: registrations_at
SELECT person FROM registration WHERE event = :event AND place = :place ORDER BY row;

-- name: registration_drop
DELETE FROM registration WHERE event = :event AND person = :person;

-- name: registration_add
INSERT INTO registration (event, person, place, asked, at) VALUES (:event, :person, :place, :asked, :now);

-- name: registration_promote
UPDATE registration SET place = 'seated', at = :now
 WHERE event = :event AND person = :person AND place = 'waiting';

-- name: registration_address
-- One address of a person: of the channel that comes first in the list.
SELECT channel, id FROM address WHERE person = :person
 ORDER BY instr(:channels || ',' || channel, channel), id LIMIT 1;

-- name: attendees
SELECT person.name, registration.place, registration.at
  FROM registration JOIN person ON person.id = registration.person
 WHERE registration.event = :event
 ORDER BY instr('seated,waiting,maybe,declined', registration.place), registration.row;

-- name: registration_asked
SELECT 1 AS asked FROM registration WHERE event = :event AND person = :person AND asked = 1;

-- name: registration_ask
-- Those who still have the timer by which they are asked.
UPDATE registration SET asked = 1
 WHERE event = :event AND place = 'maybe'
   AND EXISTS (SELECT 1 FROM timer t WHERE t.person = registration.person AND t.key = :key);

-- name: timer_hasten
UPDATE timer SET due = :now
 WHERE key = :key AND due > :now
   AND person IN (SELECT r.person FROM registration r WHERE r.event = :event AND r.place = 'maybe');

-- name: event_code
UPDATE event SET code = :code WHERE id = :id;

-- name: event_reminded
UPDATE event SET reminded = :now WHERE id = :id;

-- name: event_files_drop
DELETE FROM event_file WHERE event = :event;

-- name: event_file_add
INSERT INTO event_file (event, kind, sha256, name, media_type, size, alternative)
VALUES (:event, :kind, :sha256, :name, :media_type, :size, :alternative);

-- name: guests
SELECT p.name, r.place, r.at, r.person, a.id AS attendance, a.at AS here
  FROM registration r
  JOIN person p ON p.id = r.person
  LEFT JOIN attendance a ON a.event = r.event AND a.person = r.person
 WHERE r.event = :event
 ORDER BY instr('seated,waiting,maybe,declined', r.place), r.row;

-- name: guests_walked_in
SELECT coalesce(p.name, a.name) AS name, a.person, a.id, a.at
  FROM attendance a
  LEFT JOIN person p ON p.id = a.person
 WHERE a.event = :event
   AND NOT EXISTS (SELECT 1 FROM registration r WHERE r.event = a.event AND r.person = a.person)
 ORDER BY a.id;

-- name: attendance_add
INSERT INTO attendance (event, person, name, "by", how, at) VALUES (:event, :person, :name, :by, :how, :now)
ON CONFLICT (event, person) DO NOTHING;

-- name: attendance_drop
DELETE FROM attendance WHERE event = :event AND (person = :person OR id = :id);

-- name: opinions_of_event
-- By what was said, so that the order tells nothing of who said it.
SELECT o.name, o.value, o.owner_id
  FROM answer e
  JOIN answer o ON o.owner = e.owner AND o.owner_id = e.owner_id AND o.flow = e.flow AND o.run = e.run
 WHERE e.name = 'evenement' AND e.name = :tied AND e.value = :event AND e.flow = :flow AND e.owner = 'person'
   AND o.name <> e.name
 ORDER BY o.name, o.value;

-- name: looked_put
INSERT INTO looked (card, person, channel, address, at) VALUES (:card, :person, :channel, :address, :now)
ON CONFLICT (card, person) DO UPDATE
   SET channel = excluded.channel, address = excluded.address, at = excluded.at;

-- name: timer_refresh
-- A terminal cannot change what it has written.
INSERT INTO timer (person, key, due, channel, address)
SELECT l.person, 'fresh.' || l.card, :due, a.channel, a.id
  FROM looked l
  JOIN address a ON a.person = l.person AND a.channel = l.channel AND a.id = l.address
 WHERE l.card = :card AND l.at > :since AND l.person <> :person AND l.channel <> 'terminal'
 ORDER BY l.at DESC LIMIT :limit
ON CONFLICT (person, key) DO NOTHING;

-- name: journal_lately
SELECT 1 AS found FROM journal WHERE person = :person AND act = :act AND about = :about AND at > :since;
