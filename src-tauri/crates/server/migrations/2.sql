-- What somebody uploaded lately, for their day's share and to find what nobody refers to.
CREATE INDEX blob_uploader ON blob(tenant, uploader, at);
-- What was uploaded before there was such a deadline is looked at as well.
INSERT OR IGNORE INTO deadline(tenant, kind, ref, at)
  SELECT tenant, 'uploads', uploader, min(at) + 86400000 FROM blob GROUP BY tenant, uploader;
