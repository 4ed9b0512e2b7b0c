-- Announcements and their copies.

-- name: announcement_add
INSERT INTO announcement (key, plan, kind, on_unknown, state, created, starts, people, last, made_by, series, turn)
VALUES (:key, :plan, :kind, :on_unknown, 'planned', :now, :starts, 0, 0, :made_by, :series, :turn)
ON CONFLICT (key) DO NOTHING
RETURNING id;

-- name: announcements_alike
-- One that was cancelled before it began reached nobody.
SELECT id, created, state = 'cancelled' AND began IS NULL AS unsent
  FROM announcement WHERE key LIKE :key ORDER BY id;

-- name: announcement
SELECT * FROM announcement WHERE id = :id;

-- name: announcements
-- Those that can still be stopped are among them, however many came after.
SELECT * FROM announcement
 WHERE id IN (SELECT id FROM announcement
               ORDER BY state IN ('planned', 'running', 'paused') DESC, id DESC LIMIT :limit)
 ORDER BY id DESC;

-- name: announcements_running
SELECT id FROM announcement WHERE state = 'running' ORDER BY id;

-- name: announcements_due
SELECT id FROM announcement WHERE state = 'planned' AND starts <= :now ORDER BY starts, id;

-- name: announcements_swept
-- Those of which an arrived copy does not show the last edition yet, or a waiting one does not.
SELECT a.id FROM announcement a
 WHERE a.sweep <> ''
   AND (EXISTS (SELECT 1 FROM delivery d
                 WHERE d.announcement = a.id AND d.fate = 'sent' AND d.edition < a.edition)
        OR EXISTS (SELECT 1 FROM outbox o
                    WHERE o.announcement = a.id AND o.state = 'waiting' AND o.edits = 0
                      AND o.edition < a.edition))
 ORDER BY a.id;

-- name: announcements_watched
-- Those whose maker is still to see how far they are.
SELECT a.id, a.state, a.edition FROM announcement a
 WHERE a.made_by IS NOT NULL
   AND (a.state IN ('planned', 'running', 'paused') OR a.reported < a.edition)
 ORDER BY a.id;

-- name: announcement_maker
SELECT a.made_by AS person, a.plan, p.standing, d.channel, d.id
  FROM announcement a
  JOIN person p ON p.id = a.made_by AND p.reachable = 1
  JOIN address d ON d.person = p.id
 WHERE a.id = :id AND instr(',' || :channels || ',', ',' || d.channel || ',')
 ORDER BY instr(',' || :channels || ',', ',' || d.channel || ','), d.id LIMIT 1;

-- name: announcement_card_waits
SELECT 1 AS found FROM outbox
 WHERE state = 'waiting' AND channel = :channel AND address = :address AND key = :key LIMIT 1;

-- name: announcement_reported
UPDATE announcement SET reported = edition WHERE id = :id AND reported < edition;

-- name: announcement_began
UPDATE announcement
   SET state = 'running', began = :now, people = :people,
       last = (SELECT coalesce(max(person.id), 0) FROM person)
 WHERE id = :id AND state = 'planned';

-- name: announcement_waiting
-- Those of a pause wait without holding up the others.
SELECT count(*) AS count, coalesce(sum(next_attempt <= :now), 0) AS due FROM outbox
 WHERE state = 'waiting' AND priority = 2 AND channel IN (SELECT value FROM json_each(:served))
   AND (edits = 1
        OR announcement IN (SELECT announcement.id FROM announcement WHERE announcement.state = 'running'));

-- name: announcement_readers
-- What the copies of these people are written from.
SELECT p.id, p.name, p.language,
       (SELECT json_group_array(json_array(a.owner, a.name, a.value)) FROM answer a
         WHERE ((a.owner = 'person' AND a.owner_id = p.id)
                OR (a.owner = 'association' AND a.owner_id = p.association))
           AND a.flow = '' AND (a.erase_after IS NULL OR a.erase_after > :now)) AS answers,
       m.place AS mine,
       (SELECT count(*) FROM registration r
         WHERE r.event = :event AND r.place = 'waiting' AND r.row < m.row) AS ahead
  FROM person p
  LEFT JOIN registration m ON m.event = :event AND m.person = p.id
 WHERE p.id IN (SELECT value FROM json_each(:people));

-- name: announcement_seats
SELECT coalesce(sum(place = 'seated'), 0) AS seated, coalesce(sum(place = 'waiting'), 0) AS waiting,
       coalesce(sum(place = 'maybe'), 0) AS maybe
  FROM registration WHERE event = :event;

-- name: announcement_copies
-- One statement for all: every one of its own gives the interpreter away and waits to have it back.
INSERT INTO outbox (person, channel, address, priority, edits, key, body, next_attempt, created, announcement, edition)
SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]'), json_extract(value, '$[2]'), 2, :edits,
       json_extract(value, '$[3]'), json_extract(value, '$[4]'), :now, :now, :announcement, :edition
  FROM json_each(:copies);

-- name: announcement_reached
UPDATE announcement SET claimed_up_to = :person WHERE id = :id;

-- name: announcement_state
UPDATE announcement
   SET state = :state, reason = :reason, ended = :ended,
       tried_from = CASE WHEN :state = 'running'
                         THEN coalesce((SELECT max(d.person) FROM delivery d INDEXED BY delivery_fate
                                         WHERE d.announcement = :id AND d.fate = 'refused'), 0)
                         ELSE tried_from END
 WHERE id = :id;

-- name: announcement_amend
UPDATE announcement SET plan = :plan, edition = edition + 1, sweep = :sweep WHERE id = :id;

-- name: announcements_next
-- What is planned of the same series after this one.
SELECT id FROM announcement WHERE series = :series AND id > :after AND state = 'planned';

-- name: announcement_replan
UPDATE announcement SET plan = :plan WHERE id = :id;

-- name: announcement_done
UPDATE announcement SET state = 'done', ended = :now
 WHERE id = :id AND state = 'running' AND claimed_up_to >= last
   AND NOT EXISTS (SELECT 1 FROM delivery WHERE announcement = :id AND fate IN ('claimed', 'later'));

-- name: announcement_last_answers
SELECT fate, reason FROM delivery
 WHERE announcement = :id AND person > :since AND fate IN ('sent', 'refused')
 ORDER BY person DESC LIMIT :limit;

-- name: announcement_outdated
-- Copies that wait in the outbox with an earlier text.
SELECT o.id, o.person, o.channel, o.address FROM outbox o
 WHERE o.announcement = :id AND o.state = 'waiting' AND o.edits = 0 AND o.edition < :edition
 LIMIT :limit;

-- name: announcements_aged
-- Running ones with copies that may leave, and were looked at too long ago for that.
SELECT a.id FROM announcement a
 WHERE a.state = 'running'
   AND EXISTS (SELECT 1 FROM delivery d INDEXED BY delivery_fate
                WHERE d.announcement = a.id AND d.fate = 'claimed' AND d.at <= :aged AND d.channel <> 'web'
                  AND EXISTS (SELECT 1 FROM outbox o
                               WHERE o.announcement = a.id AND o.person = d.person AND o.state = 'waiting'
                                 AND o.edits = 0 AND (o.next_attempt <= :now OR o.created > :now)
                                 AND o.channel IN (SELECT value FROM json_each(:served))))
 ORDER BY a.id;

-- name: announcement_aged
SELECT d.person, o.id FROM delivery d INDEXED BY delivery_fate
  JOIN outbox o ON o.announcement = d.announcement AND o.person = d.person
 WHERE d.announcement = :id AND d.fate = 'claimed' AND d.at <= :aged AND d.channel <> 'web'
   AND o.state = 'waiting' AND o.edits = 0 AND (o.next_attempt <= :now OR o.created > :now)
   AND o.channel IN (SELECT value FROM json_each(:served))
 LIMIT :limit;

-- name: delivery_looked_at
-- A copy in the outbox: still to leave (`claimed`), or not before this moment (`later`).
UPDATE delivery SET fate = :fate, at = :at
 WHERE announcement = :announcement AND person = :person AND fate = 'claimed';

-- name: announcement_renew
UPDATE outbox SET body = :body, edition = :edition WHERE id = :id;

-- name: announcement_stale
-- Arrived copies of an earlier edition, of which no edit is on its way.
SELECT d.person, d.channel, d.address FROM delivery d INDEXED BY delivery_fate
 WHERE d.announcement = :id AND d.fate = 'sent' AND d.edition < :edition
   AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.announcement = :id AND o.person = d.person)
 ORDER BY d.edition, d.person LIMIT :limit;

-- name: delivery_add
INSERT INTO delivery (announcement, person, fate, channel, address, at)
SELECT :announcement, json_extract(value, '$[0]'), :fate, json_extract(value, '$[1]'), json_extract(value, '$[2]'),
       json_extract(value, '$[3]')
  FROM json_each(:people)
 WHERE true  -- for the parser, which would take ON for that of a join
ON CONFLICT (announcement, person) DO UPDATE
   SET fate = excluded.fate, channel = excluded.channel, address = excluded.address, at = excluded.at
 WHERE delivery.fate = 'later';

-- name: delivery_ripe
-- Whose quiet hours have ended.
SELECT person FROM delivery INDEXED BY delivery_later
 WHERE announcement = :announcement AND fate = 'later' AND at <= :now
 ORDER BY at LIMIT :limit;

-- name: delivery_unmeant
DELETE FROM delivery WHERE announcement = :announcement AND person = :person AND fate = 'later';

-- name: delivery_settle
UPDATE delivery
   SET fate = :fate, reason = :reason, reference = :reference, edition = :edition, poll = :poll, at = :now
 WHERE announcement = :announcement AND person = :person;

-- name: delivery_swept
UPDATE delivery
   SET edition = :edition, swept = :edition, reason = :reason,
       fate = CASE WHEN :reason = '' AND (SELECT a.sweep = 'recall' AND a.edition = :edition
                                            FROM announcement a WHERE a.id = :announcement)
                   THEN 'recalled' ELSE fate END
 WHERE announcement = :announcement AND person = :person AND fate = 'sent';

-- name: delivery_fates
SELECT fate, count(*) AS count FROM delivery WHERE announcement = :announcement GROUP BY fate;

-- name: delivery_reasons
SELECT reason, count(*) AS count FROM delivery INDEXED BY delivery_fate
 WHERE announcement = :announcement AND fate IN ('blocked', 'refused', 'unknown')
 GROUP BY reason ORDER BY count DESC, reason;

-- name: delivery_sweeps
SELECT coalesce(sum(d.fate = 'recalled' OR (d.swept = a.edition AND d.reason = '')), 0) AS swept,
       coalesce(sum(d.fate = 'sent' AND d.swept = a.edition AND d.reason <> ''), 0) AS unswept,
       coalesce(sum(d.fate = 'sent' AND d.edition < a.edition), 0) AS stale
  FROM announcement a JOIN delivery d ON d.announcement = a.id
 WHERE a.id = :announcement AND a.sweep <> '' AND d.fate IN ('sent', 'recalled');

-- name: delivery_clicks
SELECT act, count(*) AS count FROM click WHERE announcement = :announcement GROUP BY act ORDER BY count DESC, act;

-- name: delivery_tappers
-- Who wants no more of it did nothing with it.
SELECT count(DISTINCT person) AS count FROM click WHERE announcement = :announcement AND act <> :stop;

-- name: delivery_registered
SELECT count(*) AS count
  FROM registration r
  JOIN delivery d ON d.person = r.person AND d.announcement = :announcement
 WHERE r.event = :event AND r.place IN ('seated', 'waiting') AND r.at >= d.at
   AND d.fate IN ('sent', 'recalled', 'unknown');

-- name: delivery_votes
SELECT v.value AS option, count(*) AS count
  FROM delivery d INDEXED BY delivery_vote, json_each(d.vote) v
 WHERE d.announcement = :announcement AND d.vote IS NOT NULL
 GROUP BY v.value;

-- name: delivery_voters
SELECT count(*) AS count FROM delivery INDEXED BY delivery_vote
 WHERE announcement = :announcement AND vote IS NOT NULL AND vote <> '[]';

-- name: delivery_list
SELECT d.person, p.name, d.fate, d.reason, d.at, d.vote, d.swept,
       (SELECT group_concat(c.act, ' ') FROM click c
         WHERE c.announcement = d.announcement AND c.person = d.person) AS clicks,
       (SELECT r.place FROM registration r WHERE r.event = :event AND r.person = d.person) AS place
  FROM delivery d JOIN person p ON p.id = d.person
 WHERE d.announcement = :announcement AND d.person > :after
 ORDER BY d.person LIMIT :limit;

-- name: delivery_tap
-- The copy that carries the button, found by its own place in the conversation.
INSERT INTO click (announcement, person, act, at)
SELECT d.announcement, d.person, :act, :now FROM delivery d
 WHERE d.person = :person AND d.channel = :channel AND d.address = :address
   AND instr(',' || d.reference || ',', ',' || :reference || ',')
ON CONFLICT (announcement, person, act) DO NOTHING;

-- name: delivery_vote
UPDATE delivery SET vote = :vote WHERE poll = :poll AND channel = :channel AND address = :address;

-- name: delivery_drop_all
UPDATE delivery SET fate = 'dropped' WHERE announcement = :announcement AND fate IN ('claimed', 'later');

-- name: delivery_drop_address
UPDATE delivery SET fate = :fate, reason = :reason
 WHERE fate = 'claimed' AND (announcement, person) IN (
     SELECT announcement, person FROM outbox
      WHERE channel = :channel AND address = :address AND state = 'waiting' AND announcement IS NOT NULL);

-- name: delivery_move
-- Message ids of the old conversation mean nothing in the new one.
UPDATE delivery SET address = :to, reference = ''
 WHERE channel = :channel AND address = :address
   AND person IN (SELECT person FROM address WHERE channel = :channel AND id = :to);

-- name: outbox_drop_announcement
DELETE FROM outbox WHERE announcement = :announcement AND state = 'waiting';

-- name: announcement_forget_post
-- The id of a post names the conversation of who wrote it: it goes with them.
UPDATE announcement SET plan = json_remove(plan, '$.message.copied')
 WHERE made_by = :person AND json_extract(plan, '$.message.copied') IS NOT NULL;

-- name: announcements_forgotten
-- A pause that nobody ended.
SELECT id FROM announcement WHERE state = 'paused' AND began <= :before;

-- name: announcement_summarize
UPDATE announcement
   SET summary = (SELECT json_group_object(fate, count)
                    FROM (SELECT fate, count(*) AS count FROM delivery
                           WHERE announcement = announcement.id GROUP BY fate))
 WHERE ended <= :before AND summary IS NULL;

-- name: purge_deliveries
DELETE FROM delivery
 WHERE announcement IN (SELECT id FROM announcement WHERE ended <= :before AND summary IS NOT NULL);

-- name: purge_clicks
DELETE FROM click
 WHERE announcement IN (SELECT id FROM announcement WHERE ended <= :before AND summary IS NOT NULL);

-- name: export_clicks
SELECT a.created, c.act, c.at FROM click c JOIN announcement a ON a.id = c.announcement
 WHERE c.person = :person ORDER BY c.at;
