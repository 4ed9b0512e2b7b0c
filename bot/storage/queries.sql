-- Every statement of the Store. `:name` is a value; times are text as `codec.to_text` writes it.

-- ======== people ========

-- name: load
SELECT p.id, p.name, p.standing, p.language, p.reachable, p.association, s.version, s.body,
       (SELECT json_group_array(json_array(a.owner, a.flow, a.run, a.name, a.value))
          FROM (SELECT * FROM answer
                 WHERE ((owner = 'person' AND owner_id = p.id)
                        OR (owner = 'association' AND owner_id = p.association))
                   AND (erase_after IS NULL OR erase_after > :now)
               ) a) AS answers,
       (SELECT json_group_array(json_array(t.id, t.title, t.due, t.owner))
          FROM (SELECT * FROM task
                 WHERE done = 0
                   AND ((owner = 'person' AND owner_id = p.id)
                        OR (owner = 'association' AND owner_id = p.association))
                 ORDER BY row) t) AS tasks,
       (SELECT json_group_array(json_array(j.flow, j.ended))
          FROM journey j
         WHERE j.person = p.id AND j.outcome = 'done') AS finished,
       (SELECT json_group_array(json_array(m.id, m.name))
          FROM person m
         WHERE m.association = p.association) AS members
  FROM address d
  JOIN person p ON p.id = d.person
  JOIN session s ON s.person = p.id
 WHERE d.channel = :channel AND d.id = :address;

-- name: person_at
SELECT person FROM address WHERE channel = :channel AND id = :address;

-- name: person_add
INSERT INTO person (name, kind, language, created, seen) VALUES (:name, :kind, :language, :now, :now)
RETURNING id;

-- name: address_add
INSERT INTO address (channel, id, person) VALUES (:channel, :address, :person);

-- name: session_add
INSERT INTO session (person, version, body) VALUES (:person, 0, :body);

-- name: session_save
UPDATE session SET version = version + 1, body = :body WHERE person = :person AND version = :version;

-- name: person_name
UPDATE person SET name = :name WHERE id = :person;

-- name: person_standing
UPDATE person SET standing = :standing WHERE id = :person;

-- name: person_language
UPDATE person SET language = :language WHERE id = :person;

-- name: person_reachable
UPDATE person SET reachable = :reachable WHERE id = :person;

-- name: person_seen
UPDATE person SET seen = :now WHERE id = :person;

-- ======== associations, answers, tasks ========

-- name: association_add
INSERT INTO association (created) VALUES (:now) RETURNING id;

-- name: person_join
UPDATE person SET association = :association WHERE id = :person;

-- name: answer_put
INSERT INTO answer (owner, owner_id, flow, run, name, value, personal, given_by, given, erase_after)
VALUES (:owner, :owner_id, :flow, :run, :name, :value, :personal, :given_by, :now, :erase_after)
ON CONFLICT (owner, owner_id, flow, run, name) DO UPDATE
   SET value = excluded.value, personal = excluded.personal, given_by = excluded.given_by,
       given = excluded.given, erase_after = excluded.erase_after;

-- name: answer_add
INSERT INTO answer (owner, owner_id, flow, run, name, value, given_by, given)
VALUES ('person', :person, '', '', :name, :value, :person, :now)
ON CONFLICT DO NOTHING;

-- name: answer_drop
DELETE FROM answer
 WHERE owner = :owner AND owner_id = :owner_id AND flow = :flow AND run = :run AND name = :name;

-- name: task_put
INSERT INTO task (owner, owner_id, id, title, due, done) VALUES (:owner, :owner_id, :id, :title, :due, :done)
ON CONFLICT (owner, owner_id, id) WHERE done = 0 DO UPDATE SET title = excluded.title, due = excluded.due;

-- name: task_done
UPDATE task SET done = 1 WHERE owner = :owner AND owner_id = :owner_id AND id = :id AND done = 0;

-- ======== journeys, requests, misses, problems ========

-- name: journey_begin
INSERT INTO journey (person, flow, began) VALUES (:person, :flow, :now);

-- name: journey_finish
UPDATE journey SET ended = :now, outcome = :outcome
 WHERE id = (SELECT max(id) FROM journey WHERE person = :person AND flow = :flow AND ended IS NULL);

-- name: journey_finished
INSERT INTO journey (person, flow, began, ended, outcome) VALUES (:person, :flow, :now, :now, :outcome);

-- name: request_add
INSERT INTO request (person, at, reason, text) VALUES (:person, :now, :reason, :text);

-- name: miss_add
INSERT INTO miss (day, text, verdict, guesses) VALUES (:day, :text, :verdict, :guesses);

-- name: opinion_add
INSERT INTO opinion (day, article, helpful, count) VALUES (:day, :article, :helpful, 1)
ON CONFLICT (day, article, helpful) DO UPDATE SET count = count + 1;

-- name: misses
SELECT id, day, text, verdict, guesses, state FROM miss ORDER BY id DESC LIMIT :limit;

-- name: misses_settle
UPDATE miss SET state = :state
 WHERE id IN (SELECT value FROM json_each(:misses)) AND state IN (SELECT value FROM json_each(:before));

-- name: proposal_add
INSERT INTO proposal (day, article, phrasings, misses) VALUES (:day, :article, :phrasings, :misses);

-- name: proposals
SELECT id, day, article, phrasings, misses FROM proposal WHERE state = 'open' ORDER BY id;

-- name: proposal_settle
UPDATE proposal SET state = :state WHERE id = :id AND state = 'open';

-- name: likings
SELECT article, sum(iif(helpful, count, 0)) AS helpful, sum(iif(helpful, 0, count)) AS unhelpful
  FROM opinion GROUP BY article ORDER BY article;

-- name: problem_add
INSERT INTO problem (at, code, flow, step) VALUES (:now, :code, :flow, :step);

-- name: problems
SELECT at, code, flow, step FROM problem ORDER BY id DESC LIMIT :limit;

-- ======== timers ========

-- name: timer_put
INSERT INTO timer (person, key, due, channel, address) VALUES (:person, :key, :due, :channel, :address)
ON CONFLICT (person, key) DO UPDATE
   SET due = excluded.due, channel = excluded.channel, address = excluded.address;

-- name: timer_drop
DELETE FROM timer WHERE person = :person AND key = :key;

-- name: timer_take
DELETE FROM timer WHERE person = :person AND key = :key AND due <= :now;

-- name: timers_due
SELECT t.person, t.key, t.due, t.channel, t.address
  FROM timer t
  JOIN person p ON p.id = t.person
 WHERE t.due <= :now AND p.reachable = 1
 ORDER BY t.due, t.person, t.key
 LIMIT :limit;

-- ======== inbox ========

-- name: inbox_add
INSERT INTO inbox (channel, update_id, lane, body, arrived) VALUES (:channel, :update_id, :lane, :body, :now)
ON CONFLICT (channel, update_id) DO NOTHING;

-- name: inbox_waiting
SELECT id, channel, update_id, lane, body FROM inbox
 WHERE channel = :channel AND state = 'waiting' AND id > :after
 ORDER BY id LIMIT :limit;

-- name: inbox_waiting_in_lane
SELECT id, channel, update_id, lane, body FROM inbox
 WHERE channel = :channel AND lane = :lane AND state = 'waiting' AND state <> 'done'
 ORDER BY id LIMIT :limit;

-- name: inbox_finish
UPDATE inbox SET state = 'done', body = NULL WHERE id = :id AND state = 'waiting';

-- name: inbox_aside
UPDATE inbox SET state = 'aside', reason = :reason WHERE id = :id AND state = 'waiting';

-- ======== outbox ========

-- name: outbox_add
INSERT INTO outbox (person, channel, address, priority, edits, key, body, next_attempt, created)
VALUES (:person, :channel, :address, :priority, :edits, :key, :body, :now, :now);

-- name: outbox_due
-- A row of the future is due: the clock went back behind it, and waiting by it would be waiting for nothing.
SELECT o.id, o.channel, o.address, o.priority, o.body, o.attempts, o.created,
       CASE WHEN o.edits THEN s.reference END AS replaces
  FROM outbox o
  LEFT JOIN sent s ON s.channel = o.channel AND s.address = o.address AND s.key = o.key
 WHERE o.state = 'waiting' AND o.priority < 2 AND (o.next_attempt <= :now OR o.created > :now)
   AND (o.channel IN (SELECT value FROM json_each(:served))
        OR o.channel || ':' || o.address IN (SELECT value FROM json_each(:served)))
   AND NOT EXISTS (SELECT 1 FROM outbox e
                    WHERE e.state = 'waiting' AND e.channel = o.channel AND e.address = o.address
                      AND (e.priority, e.id) < (o.priority, o.id))
 ORDER BY o.priority, o.id
 LIMIT :limit;

-- name: outbox_bulk
SELECT id, channel, address, priority, body, attempts, created, announcement, person, NULL AS replaces
  FROM outbox
 WHERE state = 'waiting' AND priority = 2
   AND announcement IN (SELECT announcement.id FROM announcement WHERE announcement.state = 'running') AND (next_attempt <= :now OR created > :now)
   AND (channel IN (SELECT value FROM json_each(:served))
        OR channel || ':' || address IN (SELECT value FROM json_each(:served)))
 ORDER BY id
 LIMIT :limit;

-- name: outbox_next
SELECT min(next_attempt) AS next_attempt FROM outbox
 WHERE state = 'waiting' AND next_attempt > :now
   AND (channel IN (SELECT value FROM json_each(:served))
        OR channel || ':' || address IN (SELECT value FROM json_each(:served)));

-- name: outbox_row
SELECT person, channel, address, priority, key, announcement,
       (SELECT on_unknown FROM announcement WHERE announcement.id = outbox.announcement) AS on_unknown
  FROM outbox WHERE id = :id AND state = 'waiting';

-- name: outbox_drop
DELETE FROM outbox WHERE id = :id;

-- name: outbox_drop_address
DELETE FROM outbox WHERE channel = :channel AND address = :address AND state = 'waiting';

-- name: outbox_defer
UPDATE outbox SET next_attempt = :at, created = min(created, :now) WHERE id = :id;

-- name: outbox_again
UPDATE outbox
   SET next_attempt = :at, created = min(created, :now), attempts = attempts + 1, reason = :reason
 WHERE id = :id;

-- name: outbox_bury
UPDATE outbox SET state = 'dead', attempts = attempts + 1, reason = :reason WHERE id = :id;

-- name: sent_put
INSERT INTO sent (channel, address, key, reference, at) VALUES (:channel, :address, :key, :reference, :now)
ON CONFLICT (channel, address, key) DO UPDATE SET reference = excluded.reference, at = excluded.at;

-- name: sent_get
SELECT reference FROM sent WHERE channel = :channel AND address = :address AND key = :key;

-- name: backlog
SELECT (SELECT count(*) FROM inbox WHERE state = 'waiting') AS inbox,
       (SELECT count(*) FROM inbox WHERE state = 'aside') AS aside,
       (SELECT count(*) FROM outbox WHERE state = 'waiting') AS outbox,
       (SELECT count(*) FROM outbox WHERE state = 'dead') AS dead;

-- ======== a conversation that moved to another address ========

-- name: move_address
UPDATE OR REPLACE address SET id = :to WHERE channel = :channel AND id = :address;

-- name: move_outbox
UPDATE outbox SET address = :to WHERE channel = :channel AND address = :address;

-- name: move_timer
UPDATE timer SET address = :to WHERE channel = :channel AND address = :address;

-- name: known_at
SELECT s.person FROM address d JOIN session s ON s.person = d.person
 WHERE d.channel = :channel AND d.id IN (:here, :there)
 GROUP BY s.person ORDER BY s.version DESC, s.person;

-- name: join_outbox
UPDATE outbox SET person = :heir WHERE person = :gone;

-- name: join_timer
UPDATE OR IGNORE timer SET person = :heir WHERE person = :gone;

-- name: join_sent
DELETE FROM sent WHERE (channel, address) IN (SELECT channel, id FROM address WHERE person = :gone);

-- name: forget_sent
DELETE FROM sent WHERE channel = :channel AND address = :address;

-- ======== history ========

-- name: history_add
INSERT INTO history (person, at, direction, tapped, key, body)
VALUES (:person, :now, :direction, :tapped, :key, :body);

-- name: history_edit
UPDATE history SET body = :body
 WHERE id = (SELECT max(id) FROM history WHERE person = :person AND direction = 'out' AND key = :key);

-- name: history_trim
DELETE FROM history
 WHERE person = :person
   AND id <= (SELECT id FROM history WHERE person = :person ORDER BY id DESC LIMIT 1 OFFSET :keep);

-- name: history_said
SELECT body FROM history WHERE person = :person AND direction = 'out' ORDER BY id DESC;

-- name: history_at
SELECT h.id, h.at, h.direction, h.tapped, h.body
  FROM address d
  JOIN history h ON h.person = d.person
 WHERE d.channel = :channel AND d.id = :address
 ORDER BY h.id DESC LIMIT :limit;

-- ======== files ========

-- name: file_put
INSERT INTO file (sha256, person, origin, name, media_type, size, added)
VALUES (:sha256, :person, :origin, :name, :media_type, :size, :now)
ON CONFLICT (sha256, person) DO UPDATE SET name = excluded.name, added = excluded.added;

-- name: file_at
SELECT f.name, f.media_type, f.size
  FROM file f
  JOIN address d ON d.person = f.person
 WHERE d.channel = :channel AND d.id = :address AND f.sha256 = :sha256;

-- name: files_of
SELECT sha256 FROM file WHERE person = :person;

-- name: files_unused
SELECT f.sha256, f.person
  FROM file f
 WHERE (f.origin = 'export' AND f.added <= :exported)
    OR (f.origin = 'received' AND f.added <= :received
        AND NOT EXISTS (SELECT 1 FROM answer a WHERE length(a.value) = 66 AND a.value = '"' || f.sha256 || '"')
        AND NOT EXISTS (SELECT 1 FROM session s WHERE s.person = f.person AND instr(s.body, f.sha256) > 0));

-- name: files_known
SELECT DISTINCT sha256 FROM file;

-- name: file_drop
DELETE FROM file WHERE sha256 = :sha256 AND person = :person;

-- name: file_owners
SELECT count(*) AS owners FROM file WHERE sha256 = :sha256;

-- name: file_hand_over
UPDATE OR IGNORE file SET person = :heir
 WHERE person = :person AND origin = 'received'
   AND EXISTS (SELECT 1 FROM answer a
                WHERE length(a.value) = 66 AND a.value = '"' || file.sha256 || '"'
                  AND a.owner = 'association' AND a.owner_id = :association);

-- ======== everything about one person ========

-- name: export_person
SELECT id, name, standing, language, reachable, association, created, seen FROM person WHERE id = :person;

-- name: export_addresses
SELECT channel, id FROM address WHERE person = :person ORDER BY channel, id;

-- name: export_association
SELECT a.id, a.created FROM person p JOIN association a ON a.id = p.association WHERE p.id = :person;

-- name: export_answers
SELECT a.owner, a.flow, a.run, a.name, a.value, a.personal, a.given, a.erase_after
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
SELECT at, reason, text, state FROM request WHERE person = :person ORDER BY id;

-- name: export_deliveries
SELECT announcement.created, delivery.fate, delivery.reason FROM delivery JOIN announcement ON announcement.id = delivery.announcement
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

-- ======== retention ========

-- name: purge_answers
DELETE FROM answer WHERE erase_after <= :now;

-- name: purge_history
DELETE FROM history WHERE at <= :before;

-- name: purge_inbox
DELETE FROM inbox WHERE state = 'done' AND arrived <= :before;

-- name: purge_aside
DELETE FROM inbox WHERE state = 'aside' AND arrived <= :before;

-- name: purge_dead
DELETE FROM outbox WHERE state = 'dead' AND created <= :before;

-- name: purge_sent
DELETE FROM sent WHERE at <= :before;

-- name: purge_misses
DELETE FROM miss WHERE day <= :before;

-- name: purge_proposals
DELETE FROM proposal WHERE day <= :before;

-- name: purge_opinions
DELETE FROM opinion WHERE day <= :before;

-- name: purge_groups
-- Nobody there could ask for it any more.
DELETE FROM person WHERE kind = 'group' AND reachable = 0 AND seen <= :before;

-- name: purge_questions
-- The question last asked is kept for a thumb under its answer, however much the person says after it.
UPDATE session SET body = json_remove(body, '$.asked', '$.asked_at')
WHERE json_extract(body, '$.asked') IS NOT NULL
  AND coalesce(json_extract(body, '$.asked_at'), '') <= :before;

-- name: purge_problems
DELETE FROM problem WHERE at <= :before;

-- ---- announcements ----

-- name: announcement_add
INSERT INTO announcement (key, body, on_unknown, created, last, people)
SELECT :key, :body, :on_unknown, :now, coalesce(max(person.id), 0), count(DISTINCT person.id)
  FROM person JOIN address ON address.person = person.id
 WHERE reachable = 1 AND kind = 'person' AND instr(',' || :channels || ',', ',' || channel || ',')
RETURNING id;

-- name: announcements_alike
SELECT id, created FROM announcement WHERE key LIKE :key ORDER BY id DESC;

-- name: announcement
SELECT * FROM announcement WHERE id = :id;

-- name: announcements
SELECT * FROM announcement ORDER BY id DESC;

-- name: announcements_running
SELECT id FROM announcement WHERE state = 'running' ORDER BY id;

-- name: announcement_waiting
SELECT count(*) AS count, coalesce(sum(next_attempt <= :now), 0) AS due FROM outbox
 WHERE state = 'waiting' AND priority = 2 AND channel IN (SELECT value FROM json_each(:served));

-- name: announcement_audience
SELECT count(DISTINCT person.id) AS count FROM person JOIN address ON address.person = person.id
 WHERE reachable = 1 AND kind = 'person' AND instr(',' || :channels || ',', ',' || channel || ',');

-- name: announcement_people
-- One address of each person: of the channel that comes first in the list.
SELECT person.id AS person, address.channel AS channel, min(address.id) AS address,
       min(instr(',' || :channels || ',', ',' || address.channel || ',')) AS place
  FROM person JOIN address ON address.person = person.id
 WHERE person.id > :after AND person.id <= :last AND reachable = 1 AND kind = 'person'
   AND instr(',' || :channels || ',', ',' || address.channel || ',')
 GROUP BY person.id
 ORDER BY person.id
 LIMIT :limit;

-- name: announcement_copy
INSERT INTO outbox (person, channel, address, priority, body, next_attempt, created, announcement)
VALUES (:person, :channel, :address, 2, :body, :now, :now, :announcement);

-- name: announcement_reached
UPDATE announcement SET claimed_up_to = :person WHERE id = :id;

-- name: announcement_state
UPDATE announcement SET state = :state, reason = :reason WHERE id = :id;

-- name: announcement_done
UPDATE announcement SET state = 'done'
 WHERE id = :id AND state = 'running' AND claimed_up_to >= last
   AND NOT EXISTS (SELECT 1 FROM delivery WHERE announcement = :id AND fate = 'claimed');

-- name: delivery_add
INSERT INTO delivery (announcement, person, fate) VALUES (:announcement, :person, 'claimed');

-- name: delivery_settle
UPDATE delivery SET fate = :fate, reason = :reason WHERE announcement = :announcement AND person = :person;

-- name: delivery_fates
SELECT fate, count(*) AS count FROM delivery WHERE announcement = :announcement GROUP BY fate;

-- name: delivery_drop_all
UPDATE delivery SET fate = 'dropped' WHERE announcement = :announcement AND fate = 'claimed';

-- name: delivery_drop_address
UPDATE delivery SET fate = :fate, reason = :reason
 WHERE fate = 'claimed' AND (announcement, person) IN (
     SELECT announcement, person FROM outbox
      WHERE channel = :channel AND address = :address AND state = 'waiting' AND announcement IS NOT NULL);

-- name: outbox_drop_announcement
DELETE FROM outbox WHERE announcement = :announcement AND state = 'waiting';

-- ---- events ----

-- name: event
SELECT * FROM event WHERE id = :id;

-- name: events
SELECT e.*,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'seated') AS seated,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'waiting') AS waiting
  FROM event e ORDER BY e.starts, e.id;

-- name: events_seen
SELECT e.*, m.place AS mine,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'seated') AS seated,
       (SELECT count(*) FROM registration r WHERE r.event = e.id AND r.place = 'waiting') AS waiting,
       (SELECT count(*) FROM registration r
         WHERE r.event = e.id AND r.place = 'waiting' AND r.row < m.row) AS ahead
  FROM event e
  LEFT JOIN registration m ON m.event = e.id AND m.person = :person
 WHERE e.ends > :now AND e.state <> 'draft'
 ORDER BY e.ends, e.id LIMIT :limit;

-- name: event_put
INSERT INTO event (id, revision, state, title, starts, ends, zone, place, link, description, capacity, organiser,
                   deadline, changed)
VALUES (:id, :revision, :state, :title, :starts, :ends, :zone, :place, :link, :description, :capacity, :organiser,
        :deadline, :now)
ON CONFLICT (id) DO UPDATE
   SET revision = excluded.revision, state = excluded.state, title = excluded.title, starts = excluded.starts,
       ends = excluded.ends, zone = excluded.zone, place = excluded.place, link = excluded.link,
       description = excluded.description, capacity = excluded.capacity, organiser = excluded.organiser,
       deadline = excluded.deadline, changed = excluded.changed;

-- name: registration
SELECT place FROM registration WHERE event = :event AND person = :person;

-- name: registration_seated
SELECT count(*) AS count FROM registration WHERE event = :event AND place = 'seated';

-- name: registrations_at
SELECT person FROM registration WHERE event = :event AND place = :place ORDER BY row;

-- name: registration_drop
DELETE FROM registration WHERE event = :event AND person = :person;

-- name: registration_add
INSERT INTO registration (event, person, place, at) VALUES (:event, :person, :place, :now);

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

-- name: export_registrations
SELECT registration.event, event.title, event.starts, registration.place, registration.at
  FROM registration JOIN event ON event.id = registration.event
 WHERE registration.person = :person ORDER BY registration.row;
