//! A fresh API Gateway for one assertion: a sandbox, or moto after a reset.

use ai_keys_sandbox::{Options, Sandbox, Scope, StageRef};
use serde_json::{Value, json};

use crate::client::{Client, Reply};
use crate::moto::Moto;

pub(crate) struct Target {
    pub(crate) client: Client,
    /// None is moto.
    sandbox: Option<Sandbox>,
}

impl Target {
    pub(crate) fn sandbox() -> Self {
        let sandbox = Sandbox::start(Options::for_tests()).unwrap();
        Self {
            client: Client::new(sandbox.url()),
            sandbox: Some(sandbox),
        }
    }

    pub(crate) fn moto(moto: &Moto) -> Self {
        let client = Client::new(&moto.url());
        assert_eq!(client.post("/moto-api/reset", &json!({})).status, 200);
        Self {
            client,
            sandbox: None,
        }
    }

    /// Returns a twin with AWS's request rates; moto has none.
    pub(crate) fn with_rates(&self) -> Self {
        match self.sandbox {
            Some(_) => {
                let options = Options {
                    limits: ai_keys_sandbox::Limits::Aws,
                    ..Options::for_tests()
                };
                let sandbox = Sandbox::start(options).unwrap();
                Self {
                    client: Client::new(sandbox.url()),
                    sandbox: Some(sandbox),
                }
            }
            None => Self {
                client: self.client.clone(),
                sandbox: None,
            },
        }
    }

    /// Lets more than a second pass: on the virtual clock, or on moto's real one.
    pub(crate) fn pass_a_second(&self) {
        let second = std::time::Duration::from_millis(1100);
        match &self.sandbox {
            Some(sandbox) => sandbox.clock().advance(second).unwrap(),
            None => std::thread::sleep(second),
        }
    }

    /// Makes a REST API with a deployed stage `prod`; returns its id.
    pub(crate) fn make_stage(&self) -> String {
        if let Some(sandbox) = &self.sandbox {
            return sandbox
                .ensure_stage(&Scope::new("123456789012", "eu-west-1"), "chat-api", "prod")
                .api_id;
        }
        let api = self
            .client
            .post("/restapis", &json!({ "name": "chat-api" }))
            .text_of("id");
        let root = self
            .client
            .get(&format!("/restapis/{api}/resources"))
            .listed("id")[0]
            .clone();
        let method = format!("/restapis/{api}/resources/{root}/methods/GET");
        let put =
            |path: &str, body: Value| self.client.send("PUT", path, "", &body.to_string()).status;
        assert_eq!(put(&method, json!({ "authorizationType": "NONE" })), 201);
        assert_eq!(
            put(&format!("{method}/integration"), json!({ "type": "MOCK" })),
            201
        );
        let deployed = self.client.post(
            &format!("/restapis/{api}/deployments"),
            &json!({ "stageName": "prod" }),
        );
        assert_eq!(deployed.status, 201);
        api
    }

    pub(crate) fn delete_stage(&self, api_id: &str) {
        let stage = StageRef {
            api_id: api_id.to_owned(),
            stage: "prod".to_owned(),
        };
        match &self.sandbox {
            Some(sandbox) => sandbox.delete_stage(&Scope::new("123456789012", "eu-west-1"), &stage),
            None => assert_eq!(
                self.client
                    .delete(&format!("/restapis/{api_id}/stages/prod"))
                    .status,
                202
            ),
        }
    }

    pub(crate) fn make_key(&self, body: &Value) -> Reply {
        self.client.post("/apikeys", body)
    }

    /// Makes a key with a name; returns its id.
    pub(crate) fn key(&self, name: &str) -> String {
        self.make_key(&json!({ "name": name })).text_of("id")
    }

    /// Makes a usage plan with these `api:stage`s; returns its id.
    pub(crate) fn usage_plan(&self, name: &str, stages: &[String]) -> String {
        let stages: Vec<Value> = stages
            .iter()
            .map(|stage| stage.split_once(':').unwrap())
            .map(|(api, stage)| json!({ "apiId": api, "stage": stage }))
            .collect();
        self.client
            .post("/usageplans", &json!({ "name": name, "apiStages": stages }))
            .text_of("id")
    }

    pub(crate) fn put_on(&self, usage_plan: &str, key: &str) -> Reply {
        let body = json!({ "keyId": key, "keyType": "API_KEY" });
        self.client
            .post(&format!("/usageplans/{usage_plan}/keys"), &body)
    }

    pub(crate) fn replace(&self, path: &str, field: &str, value: &str) -> Reply {
        self.client.patch(
            path,
            &json!([{ "op": "replace", "path": field, "value": value }]),
        )
    }
}
