-- Whether somebody lost sight of a customer lately, for what they still hand over.
CREATE INDEX event_left ON event(tenant, entity, audience_id, at) WHERE kind = 'left';
