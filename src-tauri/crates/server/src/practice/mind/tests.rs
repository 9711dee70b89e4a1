//! Stories: an advisor writes, a customer answers; time passes by hand.

use super::*;
use crate::practice::script::scripts;

/// A customer, what they did so far, and the time.
struct Scene {
    mind: Mind,
    now: i64,
    acts: Vec<(i64, Act)>,
}

impl Scene {
    fn with(id: &str) -> Self {
        let script = scripts().unwrap().into_iter().find(|s| s.id.as_str() == id).unwrap();
        Self::of(script)
    }

    fn of(script: Script) -> Self {
        Self { mind: Mind::new(Arc::new(script), 0), now: 0, acts: Vec::new() }
    }

    fn happens(&mut self, event: Event) {
        let acts = self.mind.step(event, self.now);
        self.acts.extend(acts.into_iter().map(|act| (self.now, act)));
    }

    /// Lets `ms` pass, waking the customer whenever it wants.
    fn wait(&mut self, ms: i64) {
        let end = self.now + ms;
        for _ in 0..10_000 {
            let Some(next) = self.mind.next_at().filter(|at| *at <= end) else {
                self.now = end;
                return;
            };
            self.now = self.now.max(next);
            self.happens(Event::Tick);
        }
        panic!("the customer never rests");
    }

    /// The advisor writes, and the customer has time to answer. What they said since:
    fn says(&mut self, text: &str) -> Vec<String> {
        let before = self.acts.len();
        self.happens(Event::Line(text.into()));
        self.wait(25_000);
        said(&self.acts[before..])
    }

    fn opens(&mut self) -> Vec<String> {
        self.wait(20_000);
        self.happens(Event::Joined);
        said(&self.acts)
    }

    fn scored(&self) -> Option<(ScoreKind, u8)> {
        self.acts.iter().find_map(|(_, act)| match act {
            Act::Score { kind, value, .. } => Some((*kind, *value)),
            _ => None,
        })
    }

    fn ended(&self) -> bool {
        self.acts.iter().any(|(_, act)| *act == Act::End)
    }
}

fn said(acts: &[(i64, Act)]) -> Vec<String> {
    acts.iter()
        .filter_map(|(_, act)| match act {
            Act::Say(text) => Some(text.to_string()),
            _ => None,
        })
        .collect()
}

#[test]
fn lea_is_calmed_by_somebody_who_acts_and_scores_well() {
    let mut scene = Scene::with("lea-parcel-missing");
    let opening = scene.opens();
    assert_eq!(opening.len(), 2);
    assert!(opening[0].contains("jamais reçu"));
    assert_eq!(scene.mind.mood(), 3);

    let answer = scene.says("Bonjour Léa, ici Inès. Je suis vraiment désolée, c’est inquiétant.");
    assert_eq!(answer, ["Bonjour. Alors, qu’est-ce que vous voyez de votre côté ?"]);
    assert_eq!(scene.mind.mood(), 2, "a sorry does good");

    let answer = scene.says("Il a été scanné à l’accueil. Pouvez-vous y demander, et aux voisins ?");
    assert!(answer[0].starts_with("J’ai demandé à la réception"));

    let answer = scene.says("J’ouvre une enquête auprès du transporteur maintenant.");
    assert_eq!(answer, ["D’accord. Et combien de temps ça prend, cette fois ?"]);
    assert!(!scene.mind.is_solved());

    let answer = scene.says("Il répond sous 3 jours ouvrés, et je vous écris ici dès que je sais.");
    assert!(answer[0].starts_with("Merci, ça me rassure"), "solved: she says goodbye");
    assert!(scene.mind.is_solved());

    scene.happens(Event::Ended);
    scene.happens(Event::ScoreAsked(ScoreKind::Csat));
    scene.wait(60_000);
    assert_eq!(scene.scored(), Some((ScoreKind::Csat, 5)));
    assert!(scene.mind.is_gone());
}

/// What an advisor can send from the library helps: the content and the scripts are of one world.
#[test]
fn the_articles_of_the_library_solve_the_problems_they_are_about() {
    let content = crate::seed::content::content().unwrap();
    let about = [
        ("lea-parcel-missing", "delivered-not-received"),
        ("omar-other-size", "exchange-size"),
        ("nina-refund-late", "refund-late"),
        ("theo-card-lost", "card-lost"),
        ("jon-payment-refused", "payment-refused"),
        ("priya-gift-card", "gift-card-does-not-work"),
        ("sofia-invoice", "invoice"),
        ("margaux-shop-refused", "shop-refuses-return"),
        ("siobhan-broken-plates", "damaged-parcel"),
        ("karim-birthday", "late-parcel"),
        ("yutong-locked-out", "account-access"),
        ("maximilian-instalments", "instalments"),
    ];
    for (id, key) in about {
        let mut scene = Scene::with(id);
        let language = scene.mind.script.language.clone();
        let article = content.articles.iter().find(|a| a.key.as_str() == key && a.language == language);
        scene.opens();
        for paragraph in article.unwrap().body.split("\n\n") {
            scene.says(paragraph);
            if scene.mind.phase == Phase::Away {
                scene.wait(60_000);
                scene.happens(Event::Back);
            }
        }
        assert!(scene.mind.is_solved(), "{id}: {:?}", scene.mind.given);
    }
}

#[test]
fn what_is_beside_the_point_solves_nothing() {
    let content = crate::seed::content::content().unwrap();
    for script in scripts().unwrap() {
        let id = script.id.clone();
        let mut scene = Scene::of(script);
        scene.opens();
        let language = scene.mind.script.language.clone();
        for key in ["loyalty", "delivery-times", "shop-hours", "privacy"] {
            let article = content.articles.iter().find(|a| a.key.as_str() == key && a.language == language);
            for paragraph in article.iter().flat_map(|a| a.body.split("\n\n")) {
                scene.says(paragraph);
            }
        }
        assert!(!scene.mind.is_solved(), "{id}: {:?}", scene.mind.given);
    }
}

#[test]
fn standard_phrases_make_margaux_furious() {
    let mut scene = Scene::with("margaux-shop-refused");
    scene.opens();
    scene.says("Bonjour.");
    scene.says("Malheureusement, ce sont nos conditions.");
    scene.says("Merci de renvoyer la robe par la poste.");
    assert_eq!(scene.mind.mood(), 4);
    scene.happens(Event::Ended);
    scene.wait(15_000);
    assert_eq!(
        said(&scene.acts).last().unwrap(),
        "Vous fermez la discussion sans rien régler ? C’est le bouquet."
    );
    scene.happens(Event::Ended);
    scene.happens(Event::ScoreAsked(ScoreKind::Ces));
    scene.wait(60_000);
    assert_eq!(scene.scored(), Some((ScoreKind::Ces, 1)), "and she comes again only once");
}

#[test]
fn margaux_comes_down_when_somebody_takes_her_side_and_acts() {
    let mut scene = Scene::with("margaux-shop-refused");
    scene.opens();
    scene.says("Bonjour Margaux, toutes mes excuses. Vous avez raison : tout article se reprend dans tous nos magasins.");
    scene.says("Je vous envoie une étiquette gratuite, et vos 30 jours sont préservés.");
    assert!(scene.mind.is_solved());
    assert!(scene.mind.mood() <= 1, "mood {}", scene.mind.mood());
}

#[test]
fn an_answer_is_given_once_and_two_quick_lines_get_one() {
    let mut scene = Scene::with("omar-other-size");
    scene.opens();
    scene.happens(Event::Line("Hello Omar, this is Jonas.".into()));
    scene.now += 1_000;
    scene.happens(Event::Line("I have set an L aside for you.".into()));
    let before = said(&scene.acts).len();
    scene.wait(25_000);
    let new = said(&scene.acts).split_off(before);
    assert_eq!(new, ["Great. And how do I get the M back to you?"], "both were heard, one is answered");
    let again = scene.says("Hello again!");
    assert_ne!(
        again,
        ["Hi! It is a lovely jacket, just a bit tight across the shoulders."],
        "he has greeted already"
    );
}

#[test]
fn what_is_not_understood_gets_the_next_way_out_and_annoys() {
    let mut scene = Scene::with("jon-payment-refused");
    scene.opens();
    let first = scene.says("Zebra.");
    let second = scene.says("Xylophone.");
    assert_ne!(first, second);
    assert_eq!(scene.mind.mood(), 2, "the second time it shows");
    let third = scene.says("Quagga.");
    let fourth = scene.says("Yak.");
    assert_eq!(third, fourth, "the last one stays");
}

#[test]
fn theo_in_the_queue_waits_longer_than_theo_on_the_line() {
    let mut scene = Scene::with("theo-card-lost");
    scene.wait(20_000);
    let opened = said(&scene.acts).len();
    scene.wait(60_000);
    assert_eq!(said(&scene.acts).len(), opened, "one expects to wait in a queue");
    scene.happens(Event::Position(Some(1)));
    scene.wait(150_000);
    assert_eq!(said(&scene.acts).len(), opened, "and knowing one's place helps");
    scene.happens(Event::Joined);
    scene.wait(45_000);
    assert_eq!(said(&scene.acts).last().unwrap(), "Il y a quelqu’un ? C’est urgent.");
    assert_eq!(scene.mind.mood(), 3);
}

#[test]
fn nobody_answers_and_theo_leaves() {
    let mut scene = Scene::with("theo-card-lost");
    scene.opens();
    scene.wait(200_000);
    let lines = said(&scene.acts);
    assert_eq!(lines.last().unwrap(), "Je la bloque moi-même dans l’application.");
    assert!(scene.ended());
    scene.happens(Event::Ended);
    scene.happens(Event::ScoreAsked(ScoreKind::Nps));
    scene.wait(30_000);
    assert_eq!(scene.scored(), Some((ScoreKind::Nps, 0)));
}

#[test]
fn an_advisor_who_is_seen_writing_is_waited_for() {
    let mut scene = Scene::with("theo-card-lost");
    scene.opens();
    let before = said(&scene.acts).len();
    for _ in 0..10 {
        scene.wait(20_000);
        scene.happens(Event::Typing);
    }
    assert_eq!(said(&scene.acts).len(), before);
}

#[test]
fn karim_drops_out_comes_back_and_expects_an_answer() {
    let mut scene = Scene::with("karim-birthday");
    scene.opens();
    scene.says("Bonjour Karim, ici Amir.");
    let place = scene.acts.iter().position(|(_, act)| *act == Act::Disconnect).unwrap();
    let (gone, _) = scene.acts[place];
    scene.wait(60_000);
    let (back, _) = scene.acts.iter().find(|(_, act)| *act == Act::Reconnect).unwrap();
    assert_eq!(back - gone, 45_000);
    assert!(said(&scene.acts[place..]).is_empty(), "nobody writes without a line");
    scene.happens(Event::Back);
    scene.wait(20_000);
    assert_eq!(said(&scene.acts).last().unwrap(), "Me revoilà, j’étais dans un tunnel. Vous avez trouvé ?");
}

#[test]
fn what_was_written_meanwhile_is_read_first() {
    let mut scene = Scene::with("karim-birthday");
    scene.opens();
    scene.says("Bonjour Karim, ici Amir.");
    scene.wait(60_000);
    scene.happens(Event::Line("Le magasin du Prado en a 2 en stock.".into()));
    scene.happens(Event::Back);
    scene.wait(20_000);
    assert!(said(&scene.acts).last().unwrap().starts_with("Au Prado ?"), "no need to ask what was found");
    scene.says("Je vous en mets un de côté, il vous attend jusqu’à demain.");
    assert!(scene.mind.is_solved());
    assert_eq!(scene.mind.mood(), 0);
}

#[test]
fn after_goodbye_the_customer_ends_it_if_the_advisor_does_not() {
    let mut scene = Scene::with("henri-happy");
    scene.opens();
    scene.says("Bonjour Monsieur, je transmets votre message à l’atelier avec plaisir.");
    assert!(scene.mind.is_solved());
    assert!(!scene.ended());
    scene.wait(60_000);
    assert!(scene.ended());
    scene.happens(Event::Ended);
    scene.wait(70_000);
    assert!(scene.mind.is_gone(), "not asked anything, the page is closed after a while");
    assert_eq!(scene.mind.step(Event::Line("?".into()), scene.now), Vec::new());
}

#[test]
fn somebody_who_types_is_seen_typing_first() {
    let mut scene = Scene::with("maximilian-instalments");
    scene.wait(30_000);
    let types = scene.acts.iter().take_while(|(_, act)| *act == Act::Type).count();
    assert!(types >= 2, "a long sentence takes a while");
    assert!(matches!(scene.acts.get(types), Some((_, Act::Say(_)))));
}

#[test]
fn every_script_can_be_solved_and_can_go_wrong() {
    for script in scripts().unwrap() {
        let id = script.id.clone();
        // Words that give exactly the answers of the first way out.
        let way: Vec<String> = script.solved_by[0]
            .iter()
            .map(|name| script.answers.iter().find(|answer| answer.id == *name).unwrap())
            .flat_map(|answer| {
                let before =
                    answer.after.iter().filter_map(|name| script.answers.iter().find(|a| a.id == *name));
                before.chain([answer]).collect::<Vec<_>>()
            })
            .map(|answer| {
                answer.when.iter().map(|group| group[0].replace('*', "")).collect::<Vec<_>>().join(" ")
            })
            .collect();
        let mut scene = Scene::of(script.clone());
        scene.opens();
        for words in &way {
            scene.says(words);
            if scene.mind.phase == Phase::Away {
                scene.wait(60_000);
                scene.happens(Event::Back);
            }
        }
        assert!(scene.mind.is_solved(), "{id}: {way:?}");

        let mut ignored = Scene::of(script);
        ignored.opens();
        ignored.wait(3_600_000);
        assert!(!ignored.mind.is_solved(), "{id}");
    }
}
