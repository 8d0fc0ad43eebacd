//! Signing in and phone numbers.

use portal::wechat::stand_in::Options;
use portal::wechat::{Config, Fault, Phone, WeChat as _, WeChatError};
use store::Secret;

use crate::{PHONE, SIGN_IN, Scene, client};

#[tokio::test]
async fn a_name_is_one_person_and_another_name_another() {
    let scene = Scene::new().await;
    let li = scene.client.sign_in("dev-li").await.unwrap();
    let again = scene.client.sign_in("dev-li").await.unwrap();
    let wang = scene.client.sign_in("dev-wang").await.unwrap();
    assert_eq!(li, again);
    assert_ne!(li.openid, wang.openid);
    assert_eq!((li.openid.len(), li.unionid), (28, None));
    let bound = scene.client.sign_in("dev-li!unionid").await.unwrap();
    assert_eq!(bound.openid, again.openid);
    assert!(bound.unionid.is_some_and(|id| id != again.openid));
}

#[tokio::test]
async fn a_code_that_works_once_is_used_up() {
    let scene = Scene::new().await;
    let li = scene.client.sign_in("dev-li!once-1").await.unwrap();
    assert_eq!(li, scene.client.sign_in("dev-li").await.unwrap());
    assert_eq!(scene.client.sign_in("dev-li!once-1").await, Err(WeChatError::SignInAgain));
    assert_eq!(scene.client.sign_in("dev-li!once-2").await.unwrap(), li);
}

#[tokio::test]
async fn what_cannot_be_a_code_costs_no_call() {
    let scene = Scene::new().await;
    for code in ["", " ", "dev-li\n", "dev-李", &"x".repeat(513)] {
        assert_eq!(scene.client.sign_in(code).await, Err(WeChatError::SignInAgain), "{code:?}");
        assert_eq!(scene.client.phone(code).await, Err(WeChatError::SignInAgain), "{code:?}");
    }
    assert_eq!((scene.state().calls(SIGN_IN), scene.state().calls(PHONE)), (0, 0));
    for code in ["li", "dev-", "dev-li!nonsense", "phone-13800000000", "dev-li!status-x"] {
        assert_eq!(scene.client.sign_in(code).await, Err(WeChatError::SignInAgain), "{code:?}");
    }
    assert_eq!(scene.state().calls(SIGN_IN), 5);
}

#[tokio::test]
async fn a_wrong_id_or_secret_is_a_fault_of_the_configuration() {
    let scene = Scene::new().await;
    let url = scene.stand_in.url();
    let wrong_id = Config { app_id: "wx-other".to_owned(), ..Config::stand_in(&url) };
    let wrong_secret = Config { secret: Secret::new("not-it"), ..Config::stand_in(&url) };
    for (config, expected) in [(wrong_id, 40013), (wrong_secret, 40001)] {
        let client = client(config, &scene.clock);
        let rejected = WeChatError::Rejected { code: expected, fault: Fault::Configuration, field: None };
        assert_eq!(client.sign_in("dev-li").await, Err(rejected.clone()));
        assert_eq!(client.phone("dev-li").await, Err(rejected));
    }
}

#[tokio::test]
async fn a_phone_code_brings_its_number() {
    let scene = Scene::new().await;
    let number = |text: &str| Phone { number: text.to_owned(), country_code: "86".to_owned() };
    assert_eq!(scene.client.phone("phone-13800001234").await, Ok(number("13800001234")));
    let li = scene.client.phone("dev-li").await.unwrap();
    assert_eq!(li, scene.client.phone("dev-li").await.unwrap());
    assert_eq!(li, number(&scene.state().phone("li")));
    assert_ne!(li, scene.client.phone("dev-wang").await.unwrap());
    assert_eq!(scene.client.phone("phone-123").await, Err(WeChatError::SignInAgain));
}

#[tokio::test]
async fn people_cannot_be_printed() {
    let scene = Scene::with(Options::default()).await;
    let (who, phone) = (scene.client.sign_in("dev-li").await.unwrap(), scene.client.phone("dev-li").await.unwrap());
    let printed = format!("{who:?} {phone:?} {:?}", scene.message());
    for private in [&who.openid, &phone.number] {
        assert!(!printed.contains(private.as_str()), "{printed}");
    }
}
