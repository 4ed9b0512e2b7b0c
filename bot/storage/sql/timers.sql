-- Timers.

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
