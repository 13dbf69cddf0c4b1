"""What user interfaces call by several names: one concept a line (or more, indented), its name, then its phrases.

Phrases are normalised (lower case, no accents, ``ss`` for ``ß``). A phrase belongs to one concept only. What merely
resembles each other stands in ``RELATED`` with how much. Collected from how products renamed their own buttons.
"""

SYNONYMS = """
login: log in | login | sign in | signin | log on | logon | sign on | anmelden | einloggen | se connecter
    connexion | iniciar sesion | entrar
signup: sign up | signup | register | registration | create account | create an account | create your account
    create new account | join | join now | join us | open an account | registrieren | konto erstellen
    konto anlegen | s inscrire | sinscrire | inscription | creer un compte | registrarse | crear cuenta
    crear una cuenta
logout: log out | logout | sign out | signout | log off | logoff | sign off | abmelden | ausloggen | se deconnecter
    deconnexion | cerrar sesion
forgot: forgot password | forgot your password | forgotten password | reset password | reset your password
    lost password | passwort vergessen | mot de passe oublie | olvido su contrasena
account: account | my account | your account | user account | konto | mein konto | compte | mon compte | cuenta
    mi cuenta
profile: profile | my profile | your profile | profil | perfil
user: user | usr | member | benutzer | nutzer | utilisateur | usuario
username: username | user name | user id | userid | login name | benutzername | nutzername | nom d utilisateur
    nombre de usuario
password: password | passwd | pwd | pass word | passphrase | passwort | kennwort | mot de passe | contrasena
email: email | e mail | mail | email address | e mail address | mail address | e mail adresse | emailadresse
    courriel | adresse e mail | correo | correo electronico
phone: phone | phone number | telephone | telephone number | tel | mobile | mobile number | cell phone | telefon
    telefonnummer | numero de telephone | telefono
firstname: first name | firstname | given name | forename | fname | vorname | prenom
lastname: last name | lastname | surname | family name | lname | nachname | nom de famille | apellido | apellidos
fullname: full name | fullname | your name | complete name
company: company | organization | organisation | org | business name | firma | unternehmen | entreprise | empresa
address: address | addr | street address | adresse | anschrift | direccion
city: city | town | ort | stadt | ville | ciudad
postcode: zip | zip code | zipcode | postal code | postcode | post code | plz | postleitzahl | code postal
    codigo postal
country: country | land | pays | pais
state: state | province | region | bundesland
birthday: birthday | birth date | birthdate | date of birth | dob | geburtsdatum | date de naissance
    fecha de nacimiento
cart: cart | basket | bag | shopping cart | shopping bag | shopping basket | my cart | your cart | warenkorb
    einkaufswagen | panier | carrito | cesta
checkout: checkout | check out | proceed to checkout | go to checkout | zur kasse | kasse | passer la commande
    finalizar compra
buy: buy | buy now | purchase | order now | place order | place your order | kaufen | jetzt kaufen | bestellen
    acheter | commander | comprar
addtocart: add to cart | add to basket | add to bag | add to shopping cart | add to trolley | in den warenkorb
    ajouter au panier | anadir al carrito | agregar al carrito
pay: pay | pay now | make payment | bezahlen | zahlen | payer | pagar
payment: payment | payments | payment method | billing method | zahlung | paiement | pago
wishlist: wishlist | wish list | favorites | favourites | favorite | favourite | saved items | merkliste
    wunschliste | favoris | favoritos
order: order | orders | my orders | your orders | order history | bestellungen | commandes | pedidos
quantity: quantity | qty | menge | anzahl | quantite | cantidad
price: price | cost | preis | prix | precio
pricing: pricing | plans | plans and pricing | see plans | view plans | preise | tarifs
coupon: coupon | promo code | promotion code | voucher | discount code | coupon code | gutschein | code promo
    cupon
shipping: shipping | delivery | versand | lieferung | livraison | envio
search: search | find | look up | lookup | query | suche | suchen | finden | recherche | rechercher | chercher
    buscar | busqueda
filter: filter | filters | refine | narrow results | filtern | filtrer | filtrar
sort: sort | sort by | order by | arrange | sortieren | sortieren nach | trier | ordenar
delete: delete | remove | del | erase | discard item | trash | move to trash | loschen | entfernen | supprimer
    effacer | eliminar | borrar | quitar
edit: edit | modify | change | bearbeiten | andern | modifier | editar | modificar | cambiar
rename: rename | umbenennen | renommer | renombrar
save: save | save changes | store | speichern | sichern | enregistrer | sauvegarder | guardar
update: update | apply changes | aktualisieren | mettre a jour | actualizar
apply: apply | anwenden | ubernehmen | appliquer | aplicar
submit: submit | send | post | absenden | senden | abschicken | envoyer | soumettre | enviar | publish
    veroffentlichen | publier | publicar
cancel: cancel | dismiss | abort | discard | discard changes | never mind | nevermind | not now | maybe later
    abbrechen | verwerfen | annuler | cancelar | descartar
close: close | schliessen | fermer | cerrar
open: open | offnen | ouvrir | abrir
ok: ok | okay | got it | understood | done | finish | confirm | bestatigen | fertig | confirmer | terminer
    confirmar | aceptar y continuar | listo
accept: accept | accept all | agree | i agree | agree all | allow all | approve | consent | akzeptieren | zustimmen
    annehmen | genehmigen | accepter | approuver | aceptar | aprobar
decline: decline | decline all | reject | reject all | disagree | refuse | ablehnen | refuser | rejeter | rechazar
allow: allow | permit | grant | erlauben | zulassen | autoriser | permitir
deny: deny | block | forbid | verweigern | bloquear | bloquer
yes: yes | ja | oui | si
no: no | nein | non | no thanks | no thank you
next: next | continue | proceed | go on | forward | next page | next step | weiter | nachste | nachster | fortfahren
    suivant | continuer | siguiente | continuar
previous: previous | prev | back | go back | previous page | previous step | zuruck | vorherige | precedent | retour
    anterior | volver | atras
first: first | erste | erster | premier | primero
second: second | zweite | deuxieme | segundo
third: third | dritte | troisieme | tercero
last: last | letzte | letzter | dernier | ultimo
add: add | new | create | create new | add new | insert | plus | hinzufugen | neu | anlegen | erstellen | ajouter
    creer | nouveau | nouvelle | agregar | anadir | crear | nuevo | nueva
minus: minus | subtract
duplicate: duplicate | clone | make a copy | duplizieren | dupliquer | duplicar
copy: copy | kopieren | copier | copiar
cut: cut | ausschneiden | couper | cortar
paste: paste | einfugen | coller | pegar
undo: undo | ruckgangig | ruckgangig machen | deshacer | revert
redo: redo | wiederherstellen | retablir | rehacer
enable: enable | turn on | switch on | activate | aktivieren | einschalten | activer | activar | habilitar
disable: disable | turn off | switch off | deactivate | deaktivieren | ausschalten | desactiver | desactivar
    deshabilitar
enabled: enabled | active | aktiv | actif | activo
disabled: disabled | inactive | inaktiv | inactif | inactivo
start: start | begin | launch | get started | starten | beginnen | demarrer | commencer | iniciar | empezar
    comenzar
stop: stop | end | terminate | anhalten | stoppen | beenden | arreter | detener | parar
play: play | resume | abspielen | fortsetzen | lire | reproducir | reanudar
pause: pause | pausieren | mettre en pause | pausar
show: show | view | display | reveal | see | anzeigen | zeigen | ansehen | einblenden | afficher | voir | mostrar
    ver
hide: hide | conceal | ausblenden | verbergen | masquer | cacher | ocultar
more: more | show more | see more | view more | load more | read more | learn more | mehr | mehr anzeigen
    mehr erfahren | weiterlesen | voir plus | en savoir plus | ver mas | leer mas
less: less | show less | see less | view less | read less | weniger | weniger anzeigen | voir moins | ver menos
all: all | select all | everything | view all | see all | show all | alle | alle auswahlen | alle anzeigen | tout
    tous | tout selectionner | todo | todos | seleccionar todo | ver todo
none: none | select none | nothing | deselect all | unselect all | clear selection | keine | aucun | ninguno
expand: expand | expand all | unfold | aufklappen | ausklappen | developper | expandir
collapse: collapse | collapse all | fold | zuklappen | einklappen | reduire | contraer
minimum: min | minimum | lowest | at least
maximum: max | maximum | highest | at most
increase: increase | increment | raise | erhohen | augmenter | aumentar
decrease: decrease | decrement | reduce | lower | verringern | diminuer | disminuir
up: up | move up | scroll up | upwards | oben | nach oben | haut | monter | arriba | subir
down: down | move down | scroll down | downwards | unten | nach unten | bas | descendre | abajo | bajar
left: left | gauche | izquierda
right: right | rechts | droite | derecha
zoomin: zoom in | vergrossern | agrandir | acercar | enlarge | magnify
zoomout: zoom out | verkleinern | alejar | shrink
upload: upload | attach | attach file | choose file | browse files | hochladen | televerser | subir archivo
download: download | get the app | herunterladen | telecharger | descargar
import: import | importieren | importer | importar
export: export | exportieren | exporter | exportar
print: print | drucken | imprimer | imprimir
share: share | teilen | partager | compartir
invite: invite | einladen | inviter | invitar
reply: reply | respond | answer | antworten | repondre | responder
comment: comment | comments | kommentar | kommentare | commentaire | comentario
follow: follow | folgen | suivre | seguir
unfollow: unfollow | entfolgen | ne plus suivre | dejar de seguir
subscribe: subscribe | abonnieren | s abonner | sabonner | suscribirse
unsubscribe: unsubscribe | abbestellen | se desabonner | desabonner | darse de baja | opt out
optin: opt in
like: like | upvote | gefallt mir | j aime | jaime | me gusta
unlike: unlike | dislike | downvote | gefallt mir nicht
lock: lock | sperren | verrouiller
unlock: unlock | entsperren | deverrouiller | desbloquear
mute: mute | stummschalten | silenciar
unmute: unmute
pin: pin | anheften | epingler | fijar
unpin: unpin | losen
connect: connect | link account | verbinden | conectar
disconnect: disconnect | unlink account | trennen | desconectar
install: install | installieren | installer | instalar
uninstall: uninstall | deinstallieren | desinstaller | desinstalar
archive: archive | archivieren | archiver | archivar
unarchive: unarchive | restore | recover
settings: settings | setting | preferences | options | configuration | config | einstellungen | optionen
    parametres | reglages | preferences utilisateur | ajustes | configuracion | opciones
help: help | support | help center | help centre | customer support | customer service | hilfe | aide | ayuda
    soporte
contact: contact | contact us | get in touch | kontakt | nous contacter | contacto
about: about | about us | who we are | uber uns | a propos | acerca de | quienes somos
home: home | homepage | home page | start page | startseite | accueil | inicio
menu: menu | navigation | main menu | hamburger | nav
dashboard: dashboard | overview | ubersicht | tableau de bord | panel | resumen
notifications: notifications | notification | alerts | benachrichtigungen | mitteilungen | notificaciones
messages: messages | message | inbox | nachrichten | nachricht | mensajes | mensaje
terms: terms | terms of service | terms of use | terms and conditions | tos | conditions of use | agb
    nutzungsbedingungen | conditions d utilisation | terminos
privacy: privacy | privacy policy | privacy notice | datenschutz | datenschutzerklarung | confidentialite
    politique de confidentialite | privacidad
imprint: imprint | legal notice | impressum | mentions legales | aviso legal
careers: careers | jobs | work with us | karriere | stellenangebote | carrieres | empleos
language: language | lang | sprache | langue | idioma
description: description | desc | beschreibung | descripcion
title: title | subject | headline | titel | betreff | titre | objet | titulo | asunto
amount: amount | sum | total | betrag | summe | montant | importe
refresh: refresh | reload | sync | synchronize | neu laden | actualiser | recargar
retry: retry | try again | again | erneut versuchen | nochmal | reessayer | reintentar
reset: reset | clear | clear all | start over | zurucksetzen | leeren | reinitialiser | restablecer | limpiar
select: select | choose | pick | auswahlen | wahlen | selectionner | choisir | seleccionar | elegir
try: try | try it | try for free | free trial | start free trial | start your free trial | kostenlos testen
    essai gratuit | prueba gratis
details: details | detail | more info | more information | info | information | einzelheiten | mas informacion
remember: remember me | keep me signed in | keep me logged in | stay signed in | stay logged in | angemeldet bleiben
    eingeloggt bleiben | se souvenir de moi | rester connecte | recordarme
photo: photo | picture | image | img | bild | foto | imagen
"""

RELATED = """
save update .8 | save submit .6 | save apply .7 | save ok .6 | update apply .7 | submit ok .6 | ok accept .8
accept allow .8 | decline deny .8 | cancel close .7 | cancel no .6 | yes ok .7 | yes accept .7 | edit update .7
edit rename .7 | addtocart buy .6 | addtocart cart .4 | checkout buy .6 | checkout pay .6 | buy pay .6
buy order .6 | price amount .6 | price pricing .6 | more details .7 | show details .5 | show more .5 | start play .7
start next .5 | start try .6 | signup try .6 | signup start .5 | account profile .8 | account settings .5
profile settings .5 | home dashboard .5 | help contact .6 | add duplicate .5 | reset delete .5 | stop pause .7
disable stop .6 | enable start .6 | user username .8 | username login .5 | user account .7 | share submit .5
like wishlist .5 | follow subscribe .7 | unfollow unsubscribe .7 | expand show .7 | expand open .7 | expand more .7
collapse hide .7 | collapse close .7 | collapse less .7 | open show .7 | refresh retry .6 | refresh update .6
refresh reset .4 | upload import .6 | download export .6 | menu settings .3 | firstname fullname .5
lastname fullname .5 | notifications messages .5 | undo reset .6 | allow enable .6 | deny disable .6 | add submit .4
add save .4 | zoomin increase .6 | zoomout decrease .6 | subscribe signup .5 | unarchive undo .5 | pin wishlist .4
dashboard menu .3 | copy duplicate .7 | select open .4 | search show .4 | submit next .5 | save next .4 | ok next .5
ok close .5 | search submit .5 | search filter .5 | search select .3 | login next .4 | login submit .5
signup submit .5 | signup next .4 | apply filter .5 | apply submit .6 | update submit .6 | checkout next .5
buy submit .5 | pay submit .5 | pay next .4 | share invite .6 | invite add .6 | invite submit .5 | upload add .6
upload submit .5 | play show .5 | select next .4 | select add .4 | select edit .4 | select update .4
start submit .4 | reply submit .6 | comment submit .6 | comment reply .7 | buy start .4 | subscribe start .4
connect add .5 | connect login .4 | install download .6 | install add .5 | install start .4 | test try .6
preview show .7 | verify ok .6 | verify submit .6 | book reserve .9 | book buy .6 | leave exit .7 | exit close .7
quit exit .8 | quit close .6 | run start .8 | build run .6 | test run .6 | retry start .4 | deny ban .6
redeem apply .6 | report flag .8 | generate add .6 | call start .4 | logout exit .6 | logout leave .5
rename update .5 | unarchive enable .5 | suspend disable .7 | suspend pause .7
"""

ABBREVIATIONS = {
    "acct": "account", "amt": "amount", "calc": "calculate", "cat": "category", "cfg": "settings",
    "cmt": "comment", "conf": "confirm", "ctry": "country", "curr": "current", "dept": "department",
    "dl": "download", "dt": "date", "fav": "favorite", "fn": "firstname", "lbl": "label", "ln": "lastname",
    "loc": "location", "mgr": "manager", "msg": "message", "nxt": "next", "opt": "options", "pass": "password",
    "ph": "phone", "pic": "picture", "pref": "preferences", "prod": "product", "psw": "password",
    "pswd": "password", "pw": "password", "reg": "register", "srch": "search", "sub": "submit",
    "subm": "submit", "tbl": "table", "uname": "username", "upd": "update", "usrname": "username",
    "val": "value",
}  # fmt: skip
"""Of ids and names, never of texts."""
