-- To whom an announcement goes, and what people want of announcements.

-- name: audience_people
-- One address of each person: of the channel that comes first in the list. The condition of the audience, about
-- the person `p`, stands for its marker.
SELECT p.id AS person, p.name, p.language, d.channel, d.id AS address,
       n.weekly, n.quiet
  FROM person p
  JOIN address d ON (d.channel, d.id) = (
           SELECT a.channel, a.id FROM address a
            WHERE a.person = p.id AND instr(',' || :channels || ',', ',' || a.channel || ',')
            ORDER BY instr(',' || :channels || ',', ',' || a.channel || ','), a.id LIMIT 1)
  LEFT JOIN preference n ON n.person = p.id
 WHERE p.id > :after AND p.id <= :last AND p.reachable = 1 AND p.kind = 'person'
   AND NOT instr(',' || coalesce(n.off, '') || ',', ',' || :kind || ',')
   AND coalesce(n.paused_until, '') <= :now
   AND NOT (:spare_busy AND p.seen > :lately
            AND EXISTS (SELECT 1 FROM session s
                         WHERE s.person = p.id AND json_extract(s.body, '$.active') IS NOT NULL))
   AND NOT (:since <> '' AND EXISTS (SELECT 1 FROM delivery v
                                      WHERE v.person = p.id AND v.announcement IS NOT :besides
                                        AND (v.fate IN ('later', 'claimed')
                                             OR (v.fate IN ('sent', 'unknown', 'recalled') AND v.at > :since))))
   AND (/* where */ TRUE)
 ORDER BY p.id
 LIMIT :limit;

-- name: audience_count
-- How many the condition finds, by the first reason that leaves them out; without a reason, they get it.
SELECT CASE
           WHEN instr(',' || coalesce(n.off, '') || ',', ',' || :kind || ',') THEN 'opted-out'
           WHEN coalesce(n.paused_until, '') > :now THEN 'paused'
           WHEN :spare_busy AND p.seen > :lately
                AND EXISTS (SELECT 1 FROM session s
                             WHERE s.person = p.id AND json_extract(s.body, '$.active') IS NOT NULL) THEN 'busy'
           WHEN :since <> '' AND EXISTS (SELECT 1 FROM delivery v
                                          WHERE v.person = p.id AND v.announcement IS NOT :besides
                                            AND (v.fate IN ('later', 'claimed')
                                                 OR (v.fate IN ('sent', 'unknown', 'recalled') AND v.at > :since)))
               THEN 'recent'
           ELSE ''
       END AS reason,
       count(*) AS count
  FROM person p
  LEFT JOIN preference n ON n.person = p.id
 WHERE p.reachable = 1 AND p.kind = 'person'
   AND EXISTS (SELECT 1 FROM address a
                WHERE a.person = p.id AND instr(',' || :channels || ',', ',' || a.channel || ','))
   AND (/* where */ TRUE)
 GROUP BY 1;

-- name: preference_put
INSERT INTO preference (person, off, weekly, quiet, paused_until, changed)
VALUES (:person, :off, :weekly, :quiet, :paused_until, :now)
ON CONFLICT (person) DO UPDATE
   SET off = excluded.off, weekly = excluded.weekly, quiet = excluded.quiet,
       paused_until = excluded.paused_until, changed = excluded.changed;

-- name: preference_drop
DELETE FROM preference WHERE person = :person;

-- name: preference_copies
-- Copies that wait for a person who has just said what they want; corrections of what arrived are none.
SELECT o.id, o.announcement, a.kind
  FROM outbox o JOIN announcement a ON a.id = o.announcement
 WHERE o.person = :person AND o.state = 'waiting' AND o.edits = 0;

-- name: preference_unwanted
UPDATE delivery SET fate = :fate, at = :at
 WHERE announcement = :announcement AND person = :person AND fate = 'claimed';

-- name: preference_later
UPDATE delivery SET at = :at WHERE person = :person AND fate = 'later';

-- name: export_preferences
SELECT off, weekly, quiet, paused_until, changed FROM preference WHERE person = :person;

-- name: purge_pauses
-- A pause that is over says nothing any more.
UPDATE preference SET paused_until = NULL WHERE paused_until <= :now;
