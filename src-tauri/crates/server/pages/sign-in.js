// Sends what the desk asked for, together with the address and password, and goes back to the desk with the code.
const french = (navigator.language || '').startsWith('fr');
const words = french
  ? { title: 'Se connecter à Loopdesk', intro: 'Connectez-vous pour ouvrir votre poste.', email: 'Adresse e-mail', password: 'Mot de passe', submit: 'Se connecter', wrong: "L’adresse ou le mot de passe n’est pas correct.", many: 'Trop d’essais. Attendez une minute, puis réessayez.', lost: 'Le service ne répond pas. Vérifiez votre connexion, puis réessayez.' }
  : { title: 'Sign in to Loopdesk', intro: 'Sign in to open your desk.', email: 'E-mail', password: 'Password', submit: 'Sign in', wrong: 'The e-mail address or the password is not right.', many: 'Too many tries. Wait a minute, then try again.', lost: 'The service does not answer. Check your connection, then try again.' };
const by = (id) => document.getElementById(id);
document.documentElement.lang = french ? 'fr' : 'en';
document.title = words.title;
by('intro').textContent = words.intro;
by('email-label').textContent = words.email;
by('password-label').textContent = words.password;
by('submit').textContent = words.submit;

by('form').addEventListener('submit', async (event) => {
  event.preventDefault();
  by('problem').textContent = '';
  by('submit').disabled = true;
  const wish = Object.fromEntries(new URLSearchParams(location.search));
  try {
    const answer = await fetch('/v1/sign-in', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ wish, email: by('email').value, password: by('password').value }),
    });
    if (answer.ok) {
      const { to } = await answer.json();
      location.replace(`${to}&iss=${encodeURIComponent(location.origin)}`);
      return;
    }
    by('problem').textContent = answer.status === 429 ? words.many : answer.status === 401 ? words.wrong : (await answer.json()).message;
    by('password').select();
  } catch {
    by('problem').textContent = words.lost;
  }
  by('submit').disabled = false;
});
