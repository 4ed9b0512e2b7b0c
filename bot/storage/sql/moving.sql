-- A conversation that moved to another address.

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
