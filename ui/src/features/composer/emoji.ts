// A small set that people in service use, with the words it is found by in both languages. Read when it is needed.

export type EmojiGroup = 'faces' | 'hands' | 'hearts' | 'things' | 'signs';

export interface Emoji {
  char: string;
  group: EmojiGroup;
  words: string;
}

const data: Record<EmojiGroup, string> = {
  faces:
    '🙂 smile sourire|😊 happy glad content|😀 grin joie|😄 laugh rire|😁 beaming heureux|😅 relief ouf sueur|😂 tears rire larmes|🤣 rolling mdr|😉 wink clin|😍 love amour|🥰 adore|😇 angel ange|🤗 hug câlin|🤔 think réfléchir|😐 neutral neutre|🙄 roll yeux|😬 grimace|😌 calm soulagé|😔 sad triste|😟 worried inquiet|😢 cry pleure|😭 sob larmes|😠 angry fâché|😡 furious colère|😱 shock choc|😳 flushed gêné|😴 sleep dort|🤒 sick malade|🤯 mind explose|🥳 party fête|😎 cool lunettes|🫡 salute salut|🙃 upside envers|😮 surprised surpris|🤷 shrug sais pas',
  hands:
    '👍 yes ok oui pouce|👎 no non|👌 perfect parfait|🙏 thanks please merci|👏 bravo clap|🙌 hooray hourra|🤝 deal accord|👋 hello bye salut|✌️ peace paix|🤞 luck chance|💪 strong force|👉 point droite|👇 below bas|☝️ up attention|✍️ write écrire|🤙 call appel|👀 look yeux|🫶 heart coeur mains',
  hearts:
    '❤️ heart coeur rouge|🧡 orange|💛 yellow jaune|💚 green vert|💙 blue bleu|💜 purple violet|💔 broken brisé|💕 two deux|✨ sparkles étincelles|⭐ star étoile|🌟 shine brille|🔥 fire feu|🎉 party fête|🎁 gift cadeau|🌸 flower fleur|💐 bouquet',
  things:
    '📦 parcel box colis|🚚 delivery truck livraison|🏠 home maison|🏬 shop store magasin|🛍️ bags achats|🧾 receipt ticket reçu|💳 card carte|💶 euro money argent|📅 calendar date|⏰ clock alarm heure|⏳ wait attendre|📞 phone téléphone|📱 mobile portable|✉️ mail lettre|📎 file pièce jointe|📷 photo appareil|🔑 key clé|🔒 lock cadenas|💡 idea lampe idée|🛋️ sofa canapé|🛏️ bed lit|🪑 chair chaise|👕 shirt vêtement|👟 shoe chaussure|☕ coffee café|🚗 car voiture|✈️ plane avion|☀️ sun soleil|🌧️ rain pluie',
  signs:
    '✅ done check fait|❌ cross non|❗ important|❓ question|⚠️ warning attention|ℹ️ info|➡️ right droite|⬅️ left gauche|🔄 again encore|🔔 bell cloche|💬 chat message|👁️ eye vu|🔍 search loupe|📍 place lieu|🆗 ok|🆕 new nouveau|💯 hundred cent|🟢 green vert|🟠 orange|🔴 red rouge',
};

export const groups = Object.keys(data) as EmojiGroup[];

export const emojis: Emoji[] = groups.flatMap((group) =>
  data[group].split('|').map((entry) => {
    const at = entry.indexOf(' ');
    return { char: at < 0 ? entry : entry.slice(0, at), group, words: at < 0 ? '' : entry.slice(at + 1) };
  }),
);

export function find(text: string): Emoji[] {
  const word = plain(text);
  return word === '' ? emojis : emojis.filter((one) => plain(one.words).split(' ').some((part) => part.startsWith(word)));
}

function plain(text: string): string {
  return text.trim().normalize('NFD').replace(/\p{M}/gu, '').toLocaleLowerCase();
}
