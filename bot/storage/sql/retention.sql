-- What is erased when its time has come.

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

-- name: purge_registrations
DELETE FROM registration WHERE event IN (SELECT event.id FROM event WHERE event.ends <= :before);

-- name: purge_attendances
DELETE FROM attendance WHERE event IN (SELECT event.id FROM event WHERE event.ends <= :before);

-- name: purge_walk_ins
-- The name goes, that somebody was there stays.
UPDATE attendance SET name = '' WHERE person IS NULL AND name <> '' AND at <= :before;

-- name: purge_looked
DELETE FROM looked WHERE at <= :before;
