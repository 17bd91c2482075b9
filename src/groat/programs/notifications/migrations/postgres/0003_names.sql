-- As step 1 makes it, for databases in which an older version took that step.
CREATE OR REPLACE FUNCTION groat_lock_boxes(streams text[]) RETURNS SETOF groat_notification_box LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    INSERT INTO groat_notification_box (stream)
    SELECT s FROM unnest(streams) AS s
    WHERE NOT EXISTS (SELECT 1 FROM groat_notification_box AS b WHERE b.stream = s COLLATE "C")
    ORDER BY s COLLATE "C" ON CONFLICT DO NOTHING;
    RETURN QUERY SELECT b.* FROM groat_notification_box AS b WHERE b.stream = ANY (streams) ORDER BY b.stream FOR UPDATE;
END
$$;
