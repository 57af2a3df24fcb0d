//! What other domains are told of members.

use crate::house::House;
use kernel::permission::BuiltinRole;
use testkit::{Stage, both};
use users_contract::{ResolveMember, UsersError};

both! {
    async fn members_are_the_tenants_own(stage: Stage) {
        let house = House::new(stage).await;
        let (ada, bob) = (house.owner("ada@example.com").await, house.owner("bob@example.com").await);
        let ctx = house.ctx_of(&ada);
        let member = house.users.resolve_member(&ctx, ResolveMember { user: ada.user }).await.unwrap();
        assert_eq!((member.email.as_str(), member.role, member.active), ("ada@example.com", BuiltinRole::Owner, true));
        let stranger = house.users.resolve_member(&ctx, ResolveMember { user: bob.user }).await;
        assert!(matches!(stranger, Err(UsersError::MemberNotFound)), "{stranger:?}");
    }
}

both! {
    async fn a_suspended_member_is_known_but_not_active(stage: Stage) {
        let house = House::new(stage).await;
        let ada = house.owner("ada@example.com").await;
        let ctx = house.ctx_of(&ada);
        let unit = house.databases.write(&ctx).await.unwrap();
        let suspend = data::sql!("UPDATE memberships SET state = 'suspended' WHERE tenant_id = $1");
        unit.sql(suspend).exec().await.unwrap();
        unit.commit(()).await.unwrap();
        let member = house.users.resolve_member(&ctx, ResolveMember { user: ada.user }).await.unwrap();
        assert!(!member.active);
    }
}
