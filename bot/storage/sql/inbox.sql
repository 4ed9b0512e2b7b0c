-- Raw updates before they are answered.

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
