// SPDX-License-Identifier: Apache-2.0
#include "store/migration_list.hpp"

#include <array>

namespace porteur {
namespace {

constexpr std::array migrations{
    Migration{1, "orders, operations, journal, timeline, outbox, access", R"(
create table leases (
  shard bigint primary key,
  holder text not null,
  epoch bigint not null
);
create table tenants (
  id bigint primary key,
  parent bigint,
  kind text not null,
  name text not null
);
create table orders (
  id bigint primary key,
  tenant_id bigint not null,
  shard bigint not null,
  kind text not null,
  reference text not null,
  account text not null,
  losing_account text not null,
  state text not null,
  delivery text not null,
  stage text not null,
  due_at bigint,
  open_operation bigint not null,
  attempt bigint not null,
  tries bigint not null,
  carrier_id text not null,
  version bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  submitted_at bigint,
  request text not null,
  progress text not null,
  problem text not null,
  at_rest bigint not null,
  unique (tenant_id, reference)
) -- with room
;
create index orders_awake on orders (id) where at_rest = 0;
create table operations (
  id bigint primary key,
  order_id bigint not null,
  tenant_id bigint not null,
  shard bigint not null,
  account text not null,
  name text not null,
  build text not null,
  state text not null,
  input text not null,
  output text not null,
  deaths bigint not null,
  began_at bigint not null,
  ended_at bigint
) -- with room
;
create index operations_order on operations (order_id, id);
create table journal (
  operation_id bigint not null,
  position bigint not null,
  tenant_id bigint not null,
  payload text not null,
  primary key (operation_id, position)
) -- by key
;
create table timeline (
  id bigint primary key,
  order_id bigint not null,
  tenant_id bigint not null,
  at bigint not null,
  source text not null,
  kind text not null,
  text text not null,
  data text not null
);
create index timeline_order on timeline (order_id, id);
create table order_secrets (
  order_id bigint not null,
  tenant_id bigint not null,
  name text not null,
  value text not null,
  primary key (order_id, name)
);
create table idempotency (
  tenant_id bigint not null,
  idempotency_key text not null,
  fingerprint text not null,
  status bigint not null,
  body text not null,
  at bigint not null,
  primary key (tenant_id, idempotency_key)
);
create table outbox (
  operation_id bigint not null,
  seq bigint not null,
  tenant_id bigint not null,
  order_id bigint not null,
  message_id text not null unique,
  phase text not null,
  reply text not null,
  recipients text not null,
  mime text not null,
  hash text not null,
  tries bigint not null,
  updated_at bigint not null,
  primary key (operation_id, seq)
);
create table tokens (
  id bigint primary key,
  tenant_id bigint not null,
  name text not null,
  hash text not null unique,
  scope text not null,
  created_at bigint not null,
  expires_at bigint,
  revoked_at bigint
);
create table documents (
  id text primary key,
  tenant_id bigint not null,
  about text not null,
  created_at bigint not null
);
insert into tenants (id, parent, kind, name) values (1, null, 'system', 'System')
)"},
    Migration{2, "events from outside and who waits for them", R"(
create table inbound_events (
  id bigint primary key,
  tenant_id bigint not null,
  account text not null,
  source text not null,
  keys text not null,
  body text not null,
  at bigint not null,
  taken_by bigint not null
);
create table inbound_event_keys (
  event_id bigint not null,
  lookup bigint not null,
  primary key (event_id, lookup)
);
create index inbound_event_keys_lookup on inbound_event_keys (lookup);
create table awaited_events (
  operation_id bigint not null,
  seq bigint not null,
  order_id bigint not null,
  tenant_id bigint not null,
  lookup bigint not null,
  primary key (operation_id, seq)
);
create index awaited_events_lookup on awaited_events (lookup)
)"},
    Migration{3, "mails that come in", R"(
create table inbox (
  id bigint primary key,
  mailbox text not null,
  uid text not null,
  tenant_id bigint not null,
  received_at bigint not null,
  sender text not null,
  subject text not null,
  message_id text not null,
  order_id bigint not null,
  matched_by text not null,
  reason text not null,
  proposals text not null,
  reading text not null,
  raw text not null,
  state text not null,
  updated_at bigint not null,
  unique (mailbox, uid)
);
create index inbox_state on inbox (state, id);
create index inbox_order on inbox (order_id, id);
alter table outbox add column reply_token text not null default '';
alter table outbox add column bounce text not null default '';
create index outbox_reply_token on outbox (reply_token) where reply_token <> '';
create index outbox_order on outbox (order_id)
)"},
    Migration{4, "orders in parts", R"(
alter table orders add column parent_id bigint not null default 0;
create index orders_parent on orders (parent_id, id) where parent_id <> 0
)"},
    Migration{5, "web hooks out", R"(
create table webhooks (
  id bigint primary key,
  tenant_id bigint not null,
  settings text not null,
  created_at bigint not null,
  updated_at bigint not null,
  cursor_at bigint not null,
  off text not null,
  tries bigint not null,
  retry_at bigint,
  failing_since bigint,
  delivered_at bigint,
  status bigint not null,
  problem text not null
)
)"},
    Migration{6, "until when carriers want to be left alone", R"(
create table penalties (
  account text primary key,
  until_at bigint not null
)
)"},
    Migration{7, "long settings of operations, once", R"(
create table operation_settings (
  name text primary key,
  content text not null
)
)"},
    Migration{8, "the inventory of numbers", R"(
create table number_classes (
  id bigint primary key,
  account text not null,
  country text not null,
  type text not null,
  state text not null,
  use_type text not null,
  is_active bigint not null
);
create table number_counts (
  class_id bigint not null,
  tenant_id bigint not null,
  count bigint not null,
  primary key (class_id, tenant_id)
) -- by key
;
create table numbers (
  id bigint primary key,
  number text not null,
  class_id bigint not null,
  tenant_id bigint not null,
  used_by text not null,
  used_key text -- by its bytes
 not null,
  features text not null,
  tags text not null,
  custom text not null,
  cost text not null,
  order_id bigint not null,
  first_call_at bigint,
  carrier_id text not null,
  source text not null,
  note text not null,
  created_at bigint not null,
  updated_at bigint not null,
  version bigint not null
);
create index numbers_class on numbers (class_id -- and the key
);
create index numbers_tenant on numbers (tenant_id -- and the key
);
create index numbers_used on numbers (used_key -- and the key
) where used_key <> '';
create table number_history (
  number bigint not null,
  at bigint not null,
  holder_id bigint not null,
  job_id bigint not null,
  what text not null,
  by text not null,
  data text not null,
  primary key (number, at, job_id, what)
) -- by key
;
-- trigrams are there
;
-- the text of numbers can be searched
)"},
    Migration{9, "people, sessions, members, the audit log", R"(
alter table tenants add column disabled bigint not null default 0;
alter table tenants add column version bigint not null default 1;
alter table tenants add column created_at bigint not null default 0;
alter table tenants add column updated_at bigint not null default 0;
create table users (
  id bigint primary key,
  tenant_id bigint not null,
  login text not null unique,
  name text not null,
  language text not null,
  password text not null,
  disabled bigint not null,
  totp text not null,
  totp_step bigint not null,
  recovery text not null,
  subject text not null,
  version bigint not null,
  created_at bigint not null,
  updated_at bigint not null,
  seen_at bigint
);
create index users_tenant on users (tenant_id, id);
create unique index users_subject on users (subject) where subject <> '';
create table sessions (
  hash text primary key,
  user_id bigint not null,
  address text not null,
  created_at bigint not null,
  seen_at bigint not null,
  expires_at bigint not null
) -- by key
;
create index sessions_user on sessions (user_id);
create table members (
  id bigint primary key,
  tenant_id bigint not null,
  kind text not null,
  name text not null,
  extension text not null,
  version bigint not null,
  created_at bigint not null,
  updated_at bigint not null
);
create index members_tenant on members (tenant_id, id);
create table audit (
  id bigint primary key,
  at bigint not null,
  who text not null,
  person_id bigint not null,
  home_id bigint not null,
  tenant_id bigint not null,
  action text not null,
  kind text not null,
  object text not null,
  before text not null,
  after text not null,
  address text not null,
  hash text not null
);
create index audit_tenant on audit (tenant_id, id);
create index audit_object on audit (object, id);
create table audit_head (
  id bigint primary key,
  count bigint not null,
  hash text not null,
  followed bigint not null
);
insert into audit_head (id, count, hash, followed) values (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0)
)"},
    Migration{10, "jobs on numbers", R"(
create table number_jobs (
  id bigint primary key,
  tenant_id bigint not null,
  by text not null,
  kind text not null,
  state text not null,
  dry_run bigint not null,
  request text not null,
  total bigint not null,
  done bigint not null,
  changed bigint not null,
  same bigint not null,
  refused bigint not null,
  undoes bigint not null,
  undone_by bigint not null,
  can_undo bigint not null,
  problem text not null,
  began_at bigint not null,
  ended_at bigint
);
create index number_jobs_tenant on number_jobs (tenant_id, id);
create index number_jobs_running on number_jobs (id) where state = 'running';
create table number_job_results (
  job_id bigint not null,
  seq bigint not null,
  row_number bigint not null,
  column_name text not null,
  number text not null,
  outcome text not null,
  problem text not null,
  primary key (job_id, seq)
) -- by key
;
create table number_job_befores (
  job_id bigint not null,
  number bigint not null,
  before text not null,
  version_after bigint not null,
  primary key (job_id, number)
) -- by key
)"},
    Migration{11, "numbers are found in memory, names by their index", R"(
drop index numbers_class;
-- the text of numbers is searched no more
;
-- names can be searched
;
-- names of now
)"},
    Migration{12, "the inventory follows orders", R"(
create table number_follows (
  order_id bigint not null,
  number bigint not null,
  step text not null,
  is_marked bigint not null,
  before text not null,
  primary key (order_id, number)
) -- by key
;
create index number_follows_marked on number_follows (number) where is_marked = 1;
create table number_follower (
  id bigint primary key,
  followed bigint not null
);
insert into number_follower (id, followed) values (1, 0)
)"},
    Migration{13, "what carriers list", R"(
create table number_syncs (
  id bigint primary key,
  account text not null,
  state text not null,
  by text not null,
  began_at bigint not null,
  ended_at bigint,
  listed bigint not null,
  expected bigint not null,
  same bigint not null,
  left_alone bigint not null,
  decided bigint not null,
  problem text not null
);
create index number_syncs_account on number_syncs (account, id);
create table number_sync_rows (
  sync_id bigint not null,
  number bigint not null,
  what text not null,
  holder_id bigint not null,
  before text not null,
  after text not null,
  standing text not null,
  cause text not null,
  decision text not null,
  by text not null,
  at bigint,
  primary key (sync_id, number)
) -- by key
;
create index number_sync_rows_number on number_sync_rows (number, sync_id);
create index number_sync_rows_holder on number_sync_rows (sync_id, holder_id);
create table number_sync_standing (
  account text not null,
  number bigint not null,
  standing text not null,
  primary key (account, number)
) -- by key
)"},
    Migration{14, "people's telephones", R"(
create table phone_lines (
  user_id bigint primary key,
  phone text not null,
  sip_user text not null,
  password text not null,
  call_back text not null,
  updated_at bigint not null
)
)"},
    Migration{15, "orders in numbers are kept", R"(
create table order_follower (
  id bigint primary key,
  followed bigint not null
);
insert into order_follower (id, followed) values (1, 0);
create table order_marks (
  order_id bigint primary key,
  sent_at bigint not null,
  confirmed bigint not null,
  completed bigint not null
);
create table order_days (
  tenant_id bigint not null,
  day bigint not null,
  what text not null,
  losing text not null,
  tenths bigint not null,
  times bigint not null,
  newest bigint not null,
  primary key (tenant_id, day, what, losing, tenths)
) -- by key
;
create table order_refusals (
  entry_id bigint not null,
  code text not null,
  tenant_id bigint not null,
  kind text not null,
  order_id bigint not null,
  day bigint not null,
  times bigint not null,
  primary key (entry_id, code)
) -- by key
;
create index order_refusals_code on order_refusals (tenant_id, kind, code, order_id);
create index order_refusals_day on order_refusals (tenant_id, day, kind, code, times);
create index order_refusals_order on order_refusals (order_id);
create index orders_at_rest on orders (tenant_id, kind, state) where at_rest = 1
)"},
    Migration{16, "decisions on what carriers list, as far as they came", R"(
create table number_sync_wishes (
  tenant_id bigint not null,
  wish_key text not null,
  fingerprint text not null,
  sync_id bigint not null,
  last bigint not null,
  decided bigint not null,
  refused bigint not null,
  problems text not null,
  at bigint not null,
  primary key (tenant_id, wish_key)
) -- by key
;
create table number_sync_over (
  sync_id bigint not null,
  number bigint not null,
  primary key (sync_id, number)
) -- by key
)"},
    Migration{17, "names are searched in memory", R"(
-- the text of numbers is searched no more
)"},
    Migration{18, "what orders ended as", R"(
update orders set at_rest = case state when 'partial' then 2 when 'cancelled' then 3 when 'rejected' then 4 else 5 end
  where at_rest = 1 and state in ('partial', 'cancelled', 'rejected', 'expired');
drop index orders_at_rest;
create index orders_at_rest on orders (tenant_id, kind, at_rest) where at_rest > 0
)"},
    Migration{19, "stores that were put back from a backup", R"(
create table restores (
  restored_at bigint primary key,
  taken_at bigint not null,
  newest_id bigint not null
)
)"},
    Migration{20, "an account's newest orders are read in order", R"(
create index orders_listed on orders (tenant_id, kind, id)
)"},
    Migration{21, "which key seals the store", R"(
create table master_keys (
  id text primary key,
  is_current bigint not null,
  sealed text not null,
  since bigint not null,
  taken_by bigint not null
);
create table kept_keys (
  name text primary key,
  sealed text not null
)
)"},
    Migration{22, "which porteurd brought the store to its form", R"(
alter table schema_version add column porteurd text not null default ''
)"},
};

}  // namespace

std::span<const Migration> all_migrations() noexcept { return migrations; }

std::string_view migrations_of() noexcept { return PORTEUR_VERSION; }

}  // namespace porteur
