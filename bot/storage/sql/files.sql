-- Kept files.

-- name: file_put
INSERT INTO file (sha256, person, origin, name, media_type, size, added)
VALUES (:sha256, :person, :origin, :name, :media_type, :size, :now)
ON CONFLICT (sha256, person) DO UPDATE SET name = excluded.name, added = excluded.added;

-- name: file_at
SELECT f.name, f.media_type, f.size
  FROM file f
  JOIN address d ON d.person = f.person
 WHERE d.channel = :channel AND d.id = :address AND f.sha256 = :sha256
 UNION ALL
SELECT o.name, o.media_type, o.size
  FROM event_file o
  JOIN event e ON e.id = o.event AND e.state <> 'draft'
 WHERE o.sha256 = :sha256
 UNION ALL
-- What came with an announcement; how many bytes that are, only the disk knows.
SELECT json_extract(carried.value, '$.name'), json_extract(carried.value, '$.media_type'), 0
  FROM address d
  JOIN delivery y ON y.person = d.person AND y.fate IN ('claimed', 'sent', 'unknown')
  JOIN announcement a ON a.id = y.announcement,
       json_each(a.plan, '$.message.attachments') carried
 WHERE d.channel = :channel AND d.id = :address AND json_extract(carried.value, '$.sha256') = :sha256
 LIMIT 1;

-- name: files_of
SELECT sha256 FROM file WHERE person = :person;

-- name: files_unused
SELECT f.sha256, f.person
  FROM file f
 WHERE (f.origin = 'export' AND f.added <= :exported)
    OR (f.origin = 'received' AND f.added <= :received
        AND NOT EXISTS (SELECT 1 FROM answer a WHERE length(a.value) = 66 AND a.value = '"' || f.sha256 || '"')
        -- A post names its file among other things.
        AND NOT EXISTS (SELECT 1 FROM answer a
                         WHERE a.owner = 'person' AND a.owner_id = f.person AND instr(a.value, f.sha256) > 0)
        AND NOT EXISTS (SELECT 1 FROM session s WHERE s.person = f.person AND instr(s.body, f.sha256) > 0));

-- name: files_known
SELECT sha256 FROM file UNION SELECT sha256 FROM event_file
 UNION
-- What an announcement carries belongs to nobody.
SELECT json_extract(carried.value, '$.sha256')
  FROM announcement, json_each(announcement.plan, '$.message.attachments') carried;

-- name: file_drop
DELETE FROM file WHERE sha256 = :sha256 AND person = :person;

-- name: file_owners
SELECT (SELECT count(*) FROM file WHERE file.sha256 = :sha256)
     + (SELECT count(*) FROM event_file WHERE event_file.sha256 = :sha256)
     + (SELECT count(*) FROM announcement WHERE instr(plan, :sha256)) AS owners;

-- name: file_hand_over
UPDATE OR IGNORE file SET person = :heir
 WHERE person = :person AND origin = 'received'
   AND EXISTS (SELECT 1 FROM answer a
                WHERE length(a.value) = 66 AND a.value = '"' || file.sha256 || '"'
                  AND a.owner = 'association' AND a.owner_id = :association);
