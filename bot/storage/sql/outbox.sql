-- What waits to be sent, and where what was sent is found.

-- name: outbox_add
INSERT INTO outbox (person, channel, address, priority, edits, key, body, next_attempt, created)
VALUES (:person, :channel, :address, :priority, :edits, :key, :body, :now, :now);

-- name: outbox_due
-- A row of the future is due: the clock went back behind it, and waiting by it would be waiting for nothing.
SELECT o.id, o.channel, o.address, o.priority, o.body, o.attempts, o.created,
       CASE WHEN o.edits THEN s.reference END AS replaces, o.request,
       t.reference AS topic, t.shown AS topic_shown, f.reference AS topic_first
  FROM outbox o
  LEFT JOIN request_topic t ON t.request = o.request AND t.channel = o.channel AND t.address = o.address
  LEFT JOIN sent f ON o.request IS NOT NULL AND f.channel = o.channel AND f.address = o.address
        AND f.key = 'request-' || o.request
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
-- A copy that waited is looked at again before it leaves; what the page holds is shown already.
SELECT id, channel, address, priority, body, attempts, created, announcement, person, edition, edits,
       CASE WHEN edits THEN (SELECT d.reference FROM delivery d
                              WHERE d.announcement = outbox.announcement AND d.person = outbox.person)
       END AS replaces
  FROM outbox
 WHERE state = 'waiting' AND priority = 2
   AND (edits = 1
        OR announcement IN (SELECT announcement.id FROM announcement WHERE announcement.state = 'running'))
   AND (next_attempt <= :now OR created > :now)
   AND NOT EXISTS (SELECT 1 FROM delivery d
                    WHERE d.announcement = outbox.announcement AND d.person = outbox.person
                      AND d.fate = 'claimed' AND d.at <= :aged AND d.channel <> 'web')
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
SELECT person, channel, address, priority, key, edits, announcement, request, notice,
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
