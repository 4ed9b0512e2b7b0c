-- What people ask of staff.

-- name: request_add
INSERT INTO request (person, at, reason, text, title, channel, address)
VALUES (:person, :now, :reason, :text, :title, :channel, :address)
RETURNING id;

-- name: request_name
UPDATE request SET title = :title, pack = :pack WHERE id = :id;

-- name: request_open
SELECT id, state, title FROM request WHERE person = :person AND state <> 'closed';

-- name: request_row
SELECT id, person, state, title, text, channel, address, assigned, answered FROM request WHERE id = :id;

-- name: request_words
-- Its first words are what it is about.
UPDATE request SET text = :text WHERE id = :id AND text = '';

-- name: request_state
UPDATE request
   SET state = :state,
       assigned = CASE WHEN :deed IN ('release', 'reopen') THEN NULL
                       WHEN :deed = 'take' OR (:deed = 'answer' AND assigned IS NULL) THEN :by
                       ELSE assigned END,
       answered = CASE WHEN :deed = 'answer' THEN coalesce(answered, :now) ELSE answered END,
       talking = CASE WHEN :deed = 'answer' THEN 1 WHEN :deed = 'close' THEN 0 ELSE talking END,
       closed = CASE WHEN :deed = 'close' THEN :now WHEN :deed = 'reopen' THEN NULL ELSE closed END,
       score = CASE WHEN :deed = 'reopen' THEN NULL ELSE score END
 WHERE id = :id AND state = :before;

-- name: requests_given_back
-- Whoever may not answer any more sees to nothing any more.
UPDATE request SET assigned = NULL, state = iif(state = 'taken', 'open', state)
 WHERE assigned = :person AND state <> 'closed';

-- name: request_answer
UPDATE request SET answer = :answer WHERE id = :id;

-- name: request_talk
UPDATE request SET talking = :on WHERE id = :id AND state <> 'closed';

-- name: request_share
UPDATE request SET shared = :agreed, pack = :pack WHERE id = :id AND person = :person AND state <> 'closed';

-- name: request_score
UPDATE request SET score = :score
 WHERE id = :id AND person = :person AND state = 'closed' AND score IS NOT :score;

-- name: request_comment
UPDATE request SET words = :words
 WHERE id = :id AND person = :person AND state = 'closed' AND words <> :words;

-- name: requests
SELECT r.id, r.person, p.name, p.reachable, r.channel, r.address, r.title, r.text, r.state, r.assigned,
       coalesce(a.name, '') AS assigned_name, r.at, r.answered, r.closed, r.talking, r.answer, r.pack,
       EXISTS (SELECT 1 FROM request o WHERE o.person = r.person AND o.state <> 'closed' AND o.id <> r.id) AS another
  FROM request r JOIN person p ON p.id = r.person LEFT JOIN person a ON a.id = r.assigned
 WHERE r.state <> 'closed' OR r.closed >= :since
 ORDER BY r.state = 'closed', r.at, r.id
 LIMIT :limit;

-- name: request_seen
SELECT r.id, r.person, p.name, p.reachable, r.channel, r.address, r.title, r.text, r.state, r.assigned,
       coalesce(a.name, '') AS assigned_name, r.at, r.answered, r.closed, r.talking, r.answer, r.pack,
       EXISTS (SELECT 1 FROM request o WHERE o.person = r.person AND o.state <> 'closed' AND o.id <> r.id) AS another
  FROM request r JOIN person p ON p.id = r.person LEFT JOIN person a ON a.id = r.assigned
 WHERE r.id = :id;

-- name: request_in_topic
SELECT request FROM request_topic WHERE channel = :channel AND address = :address AND reference = :reference;

-- name: request_of_message
SELECT key FROM sent WHERE channel = :channel AND address = :address AND reference = :reference
   AND key >= 'request-' AND key < 'request.';

-- name: request_topics
SELECT reference FROM request_topic WHERE channel = :channel AND address = :address;

-- name: request_topic_put
INSERT INTO request_topic (request, channel, address, reference, shown)
VALUES (:request, :channel, :address, :reference, :shown)
ON CONFLICT (request, channel, address) DO UPDATE SET reference = excluded.reference, shown = excluded.shown;

-- name: request_topics_forget
DELETE FROM request_topic WHERE channel = :channel AND address = :address;

-- name: request_post
INSERT INTO outbox (person, channel, address, priority, edits, key, body, next_attempt, created, request, notice)
VALUES (:person, :channel, :address, :priority, :edits, :key, :body, :now, :now, :request, :notice);

-- name: request_waiting
SELECT id, channel, address, priority, request, person, body, notice FROM outbox
 WHERE channel = :channel AND address = :address AND state = 'waiting' AND request IS NOT NULL ORDER BY id;

-- name: request_team
-- Where staff are told when they have no group: each in their own chat.
SELECT p.id AS person, d.channel, d.id AS address FROM person p JOIN address d ON d.person = p.id
 WHERE p.standing IN ('staff', 'admin') AND p.reachable = 1 AND p.kind = 'person' AND p.id <> :person
   AND p.id NOT IN (SELECT value FROM json_each(:besides))
 ORDER BY p.id, d.channel, d.id;

-- name: request_chat_of
-- Where one of staff reads what is for them alone; nowhere if they blocked us.
SELECT d.channel, d.id AS address FROM address d JOIN person p ON p.id = d.person
 WHERE d.person = :person AND p.reachable = 1
 ORDER BY d.channel <> 'telegram', d.channel, d.id LIMIT 1;

-- name: request_group_gone
SELECT 1 AS gone FROM address d JOIN person p ON p.id = d.person
 WHERE d.channel = :channel AND d.id = :address AND p.reachable = 0;

-- name: request_member
SELECT p.id, p.name, p.standing, p.language, p.reachable FROM address d JOIN person p ON p.id = d.person
 WHERE d.channel = :channel AND d.id = :address AND p.kind = 'person';

-- name: request_group_moved
UPDATE setting SET value = :to WHERE name = 'staff_group' AND value = :before;

-- name: unreachable_at
UPDATE person SET reachable = 0 WHERE id = (SELECT person FROM address WHERE channel = :channel AND id = :address);

-- name: requests_of
SELECT id, title, channel, address FROM request WHERE person = :person ORDER BY id;

-- name: request_topics_of
SELECT t.request, t.channel, t.address, t.reference, t.shown, r.title
  FROM request r JOIN request_topic t ON t.request = r.id WHERE r.person = :person ORDER BY t.request;

-- name: purge_requests
DELETE FROM request WHERE closed <= :before;

-- name: purge_request_words
-- What was said goes sooner than that it was said: times and scores are counted for a year.
UPDATE request SET text = '', title = '', pack = '', answer = '', words = ''
 WHERE closed <= :before AND (text <> '' OR title <> '' OR pack <> '' OR answer <> '' OR words <> '');

-- name: purge_request_topics
DELETE FROM request_topic WHERE request IN (SELECT id FROM request WHERE closed <= :before);

-- name: request_told_at
-- Messages that staff were told about a request at one place.
SELECT key FROM sent
 WHERE channel = :channel AND address = :address
   AND (key = 'request-' || :request OR (key > 'request-' || :request || '.' AND key < 'request-' || :request || '/'))
 ORDER BY key;

-- name: leaving_add_erased
INSERT OR IGNORE INTO leaving_topic (channel, address, reference, since)
SELECT t.channel, t.address, t.reference, :now FROM request_topic t JOIN request r ON r.id = t.request
 WHERE r.person = :person;

-- name: leaving_add_closed
INSERT OR IGNORE INTO leaving_topic (channel, address, reference, since)
SELECT t.channel, t.address, t.reference, :now FROM request_topic t JOIN request r ON r.id = t.request
 WHERE r.closed <= :before;

-- name: leaving
-- Not those that are being asked for, nor where we are not let in.
SELECT l.channel, l.address, l.reference FROM leaving_topic l
 WHERE NOT EXISTS (SELECT 1 FROM outbox o WHERE o.channel = l.channel AND o.address = l.address
                      AND o.state = 'waiting' AND o.key = 'topic-' || l.reference)
   AND NOT EXISTS (SELECT 1 FROM address d JOIN person p ON p.id = d.person
                    WHERE d.channel = l.channel AND d.id = l.address AND p.reachable = 0)
 ORDER BY l.channel, l.address, CAST(l.reference AS INTEGER);

-- name: leaving_drop
DELETE FROM leaving_topic WHERE channel = :channel AND address = :address AND reference = :reference;

-- name: leaving_forget
DELETE FROM leaving_topic WHERE channel = :channel AND address = :address;

-- name: leaving_give_up
DELETE FROM leaving_topic WHERE since <= :before;

-- name: export_request_topics
SELECT t.request, t.channel, t.address, t.reference FROM request r JOIN request_topic t ON t.request = r.id
 WHERE r.person = :person ORDER BY t.request;

-- name: entry_draft_add
INSERT INTO entry_draft (day, question, answer) VALUES (:day, :question, :answer);

-- name: entry_drafts
SELECT id, day, question, answer FROM entry_draft WHERE state = 'open' ORDER BY id;

-- name: entry_draft_settle
UPDATE entry_draft SET state = :state WHERE id = :id AND state = 'open';

-- name: purge_entry_drafts
DELETE FROM entry_draft WHERE day <= :before;
