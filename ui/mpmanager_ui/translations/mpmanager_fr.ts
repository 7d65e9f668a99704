<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="fr" sourcelanguage="en">
    <context>
        <name>mpmanager</name>
        <message>
            <source>A notification failed</source>
            <translation>Une notification a échoué</translation>
        </message>
        <message>
            <source>Show</source>
            <translation>Afficher</translation>
        </message>
        <message>
            <source>Changing the rule of {name} failed</source>
            <translation>La modification de la règle de {name} a échoué</translation>
        </message>
        <message>
            <source>{name}: Multipath TCP {state}</source>
            <translation>{name} : Multipath TCP {state}</translation>
        </message>
        <message>
            <source>{name}: prefers the lowest delay</source>
            <translation>{name} : préfère le délai le plus court</translation>
        </message>
        <message>
            <source>No application uses Multipath TCP at the moment</source>
            <translation>Aucune application n’utilise Multipath TCP en ce moment</translation>
        </message>
        <message>
            <source>Those that do appear here by themselves. Add a rule for one that is not running.</source>
            <translation>Celles qui l’utilisent apparaissent ici d’elles-mêmes. Ajoutez une règle pour une application qui ne tourne pas.</translation>
        </message>
        <message>
            <source>on</source>
            <translation>activé</translation>
        </message>
        <message>
            <source>off</source>
            <translation>désactivé</translation>
        </message>
        <message>
            <source>as it asks itself</source>
            <translation>comme elle le demande elle-même</translation>
        </message>
        <message>
            <source>{name}: delay does not decide</source>
            <translation>{name} : le délai ne décide pas</translation>
        </message>
        <message>
            <source>Undone: {change}</source>
            <translation>Annulé : {change}</translation>
        </message>
        <message>
            <source>Applications</source>
            <translation>Applications</translation>
        </message>
        <message>
            <source>Find an application</source>
            <translation>Chercher une application</translation>
        </message>
        <message>
            <source>Add rule</source>
            <translation>Ajouter une règle</translation>
        </message>
        <message>
            <source>A rule for something that is not running</source>
            <translation>Une règle pour ce qui ne tourne pas</translation>
        </message>
        <message>
            <source>All applications</source>
            <translation>Toutes les applications</translation>
        </message>
        <message>
            <source>Remove rule</source>
            <translation>Supprimer la règle</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>Abandonner</translation>
        </message>
        <message>
            <source>Apply</source>
            <translation>Appliquer</translation>
        </message>
        <message>
            <source>Nothing is called so</source>
            <translation>Rien ne porte ce nom</translation>
        </message>
        <message>
            <source>Add a rule if it is not running.</source>
            <translation>Ajoutez une règle si elle ne tourne pas.</translation>
        </message>
        <message>
            <source>Showing the applications failed</source>
            <translation>L’affichage des applications a échoué</translation>
        </message>
        <message>
            <source>As of {time}: {counts}</source>
            <translation>À {time} : {counts}</translation>
        </message>
        <message>
            <source>Whoever has no rule of its own</source>
            <translation>Tout ce qui n’a pas de règle propre</translation>
        </message>
        <message>
            <source>The preview failed</source>
            <translation>L’aperçu a échoué</translation>
        </message>
        <message>
            <source>Not applied yet: {preview}</source>
            <translation>Pas encore appliqué : {preview}</translation>
        </message>
        <message>
            <source>{name}: the rule is changed</source>
            <translation>{name} : la règle est modifiée</translation>
        </message>
        <message>
            <source>Removing the rule of {name} failed</source>
            <translation>La suppression de la règle de {name} a échoué</translation>
        </message>
        <message>
            <source>{name} follows the other rules now</source>
            <translation>{name} suit maintenant les autres règles</translation>
        </message>
        <message>
            <source>Asking what of trust is in force failed</source>
            <translation>La lecture de l’état de la confiance a échoué</translation>
        </message>
        <message>
            <source>Undoing that failed</source>
            <translation>L’annulation a échoué</translation>
        </message>
        <message>
            <source>Sends test packets past everything that is enforced, and listens on every interface to what leaves.</source>
            <translation>Envoie des paquets d’essai en contournant tout ce qui est imposé, et écoute ce qui sort sur chaque interface.</translation>
        </message>
        <message>
            <source>Not checked yet</source>
            <translation>Pas encore vérifié</translation>
        </message>
        <message>
            <source>Check now</source>
            <translation>Vérifier</translation>
        </message>
        <message>
            <source>Copy report</source>
            <translation>Copier le rapport</translation>
        </message>
        <message>
            <source>Prove it now</source>
            <translation>Prouver</translation>
        </message>
        <message>
            <source>Not tried since the window was opened.</source>
            <translation>Pas essayé depuis l’ouverture de la fenêtre.</translation>
        </message>
        <message>
            <source>The report is on the clipboard, without names and addresses</source>
            <translation>Le rapport est dans le presse-papiers, sans noms ni adresses</translation>
        </message>
        <message>
            <source>What each path answers</source>
            <translation>Ce que répond chaque chemin</translation>
        </message>
        <message>
            <source>Is everything as it should be?</source>
            <translation>Tout est-il comme il faut ?</translation>
        </message>
        <message>
            <source>Check now asks each path's own gateway and name server. Nobody else is asked unless you name them.</source>
            <translation>La vérification interroge la passerelle et le serveur de noms de chaque chemin. Personne d’autre n’est interrogé sans que vous le nommiez.</translation>
        </message>
        <message>
            <source>As text, without addresses, networks, users and hosts</source>
            <translation>En texte, sans adresses, réseaux, utilisateurs ni machines</translation>
        </message>
        <message>
            <source>Ask somebody else, too</source>
            <translation>Interroger aussi d’autres</translation>
        </message>
        <message>
            <source>Is trust kept to?</source>
            <translation>La confiance est-elle respectée ?</translation>
        </message>
        <message>
            <source>Asking over every path; this takes some seconds ...</source>
            <translation>Interrogation par chaque chemin ; cela prend quelques secondes…</translation>
        </message>
        <message>
            <source>A server: does Multipath TCP get there?</source>
            <translation>Un serveur : Multipath TCP y arrive-t-il ?</translation>
        </message>
        <message>
            <source>A URL that a captive portal would answer</source>
            <translation>Une URL à laquelle un portail captif répondrait</translation>
        </message>
        <message>
            <source>A host: which routers lead there?</source>
            <translation>Un hôte : quels routeurs y mènent ?</translation>
        </message>
        <message>
            <source>Checking failed</source>
            <translation>La vérification a échoué</translation>
        </message>
        <message>
            <source>Trying to get past it, for some seconds ...</source>
            <translation>Tentatives de contournement pendant quelques secondes…</translation>
        </message>
        <message>
            <source>Applications and what they moved over each path</source>
            <translation>Applications et ce qu’elles ont transféré par chaque chemin</translation>
        </message>
        <message>
            <source>Only metered</source>
            <translation>Facturés à l’usage</translation>
        </message>
        <message>
            <source>Export CSV</source>
            <translation>Exporter en CSV</translation>
        </message>
        <message>
            <source>Time</source>
            <translation>Heure</translation>
        </message>
        <message>
            <source>Together</source>
            <translation>Total</translation>
        </message>
        <message>
            <source>each hour</source>
            <translation>par heure</translation>
        </message>
        <message>
            <source>each day</source>
            <translation>par jour</translation>
        </message>
        <message>
            <source>Nothing is recorded yet</source>
            <translation>Rien n’est encore enregistré</translation>
        </message>
        <message>
            <source>A minute after a program has used a path, what it moved stands here. Programs that do not ask for several paths get them by: mpm run -- PROGRAM</source>
            <translation>Une minute après qu’un programme a utilisé un chemin, ce qu’il a transféré figure ici. Les programmes qui ne demandent pas plusieurs chemins les obtiennent par : mpm run -- PROGRAMME</translation>
        </message>
        <message>
            <source>History</source>
            <translation>Historique</translation>
        </message>
        <message>
            <source>Only what went over paths while they were metered</source>
            <translation>Seulement ce qui est passé par des chemins pendant qu’ils étaient facturés à l’usage</translation>
        </message>
        <message>
            <source>What was carried in each stretch of time</source>
            <translation>Ce qui a été transféré dans chaque intervalle</translation>
        </message>
        <message>
            <source>What was carried: {period}</source>
            <translation>Ce qui a été transféré : {period}</translation>
        </message>
        <message>
            <source>Written to {file}</source>
            <translation>Écrit dans {file}</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>Précédent</translation>
        </message>
        <message>
            <source>Forward</source>
            <translation>Suivant</translation>
        </message>
        <message>
            <source>Carried</source>
            <translation>Transféré</translation>
        </message>
        <message>
            <source>Show as chart</source>
            <translation>Afficher en graphique</translation>
        </message>
        <message>
            <source>Show as table</source>
            <translation>Afficher en tableau</translation>
        </message>
        <message>
            <source>Reading the history failed</source>
            <translation>La lecture de l’historique a échoué</translation>
        </message>
        <message>
            <source>Exporting failed</source>
            <translation>L’exportation a échoué</translation>
        </message>
        <message>
            <source>Choose a row to read what it does and why. Alt with an arrow moves the slider of its application.</source>
            <translation>Choisissez une ligne pour lire ce qu’elle fait et pourquoi. Alt avec une flèche déplace le curseur de son application.</translation>
        </message>
        <message>
            <source>Who uses which path now</source>
            <translation>Qui utilise quel chemin maintenant</translation>
        </message>
        <message>
            <source>No program uses Multipath TCP at the moment</source>
            <translation>Aucun programme n’utilise Multipath TCP pour l’instant</translation>
        </message>
        <message>
            <source>Start one with it, for instance: mpm run -- curl -O https://example.org/</source>
            <translation>Lancez-en un avec, par exemple : mpm run -- curl -O https://example.org/</translation>
        </message>
        <message>
            <source>Nothing fits this filter</source>
            <translation>Rien ne correspond à ce filtre</translation>
        </message>
        <message>
            <source>Clear it to see everything.</source>
            <translation>Effacez-le pour tout voir.</translation>
        </message>
        <message>
            <source>Paused at {time}</source>
            <translation>En pause à {time}</translation>
        </message>
        <message>
            <source>About the current row</source>
            <translation>À propos de la ligne actuelle</translation>
        </message>
        <message>
            <source>Freeze the view; recording goes on (Ctrl+P)</source>
            <translation>Figer la vue ; l’enregistrement continue (Ctrl+P)</translation>
        </message>
        <message>
            <source>Showing the connections failed</source>
            <translation>L’affichage des connexions a échoué</translation>
        </message>
        <message>
            <source>{count} application</source>
            <translation>{count} application</translation>
        </message>
        <message>
            <source>{count} applications</source>
            <translation>{count} applications</translation>
        </message>
        <message>
            <source>{count} connection</source>
            <translation>{count} connexion</translation>
        </message>
        <message>
            <source>{count} connections</source>
            <translation>{count} connexions</translation>
        </message>
        <message>
            <source>{count} subflow</source>
            <translation>{count} sous-flux</translation>
        </message>
        <message>
            <source>{count} subflows</source>
            <translation>{count} sous-flux</translation>
        </message>
        <message>
            <source>As of {time}: {sentence}</source>
            <translation>À {time} : {sentence}</translation>
        </message>
        <message>
            <source>Expand all</source>
            <translation>Tout déplier</translation>
        </message>
        <message>
            <source>Collapse</source>
            <translation>Replier</translation>
        </message>
        <message>
            <source>View</source>
            <translation>Vue</translation>
        </message>
        <message>
            <source>Export</source>
            <translation>Exporter</translation>
        </message>
        <message>
            <source>Continue</source>
            <translation>Continuer</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>Pause</translation>
        </message>
        <message>
            <source>Asking why failed</source>
            <translation>La recherche de la raison a échoué</translation>
        </message>
        <message>
            <source>Picture of the map and its time (PNG)</source>
            <translation>Image de la carte et de son temps (PNG)</translation>
        </message>
        <message>
            <source>The same to scale as you like (SVG)</source>
            <translation>La même, à l’échelle voulue (SVG)</translation>
        </message>
        <message>
            <source>All rows shown, for spreadsheets (CSV)</source>
            <translation>Toutes les lignes montrées, pour tableurs (CSV)</translation>
        </message>
        <message>
            <source>All rows shown, for programs (JSON)</source>
            <translation>Toutes les lignes montrées, pour programmes (JSON)</translation>
        </message>
        <message>
            <source>Saved in {file}</source>
            <translation>Enregistré dans {file}</translation>
        </message>
        <message>
            <source>Which application uses which path</source>
            <translation>Quelle application utilise quel chemin</translation>
        </message>
        <message>
            <source>{size} of packets in {file}</source>
            <translation>{size} de paquets dans {file}</translation>
        </message>
        <message>
            <source>Saving {file} failed</source>
            <translation>L’enregistrement de {file} a échoué</translation>
        </message>
        <message>
            <source>Capturing packets failed</source>
            <translation>La capture des paquets a échoué</translation>
        </message>
        <message>
            <source>Holding the connection to trusted paths failed</source>
            <translation>La restriction aux chemins de confiance a échoué</translation>
        </message>
        <message>
            <source>It keeps to trusted paths now</source>
            <translation>Elle s’en tient maintenant aux chemins de confiance</translation>
        </message>
        <message>
            <source>It may use all paths again</source>
            <translation>Elle peut de nouveau utiliser tous les chemins</translation>
        </message>
        <message>
            <source>Flow map</source>
            <translation>Carte des flux</translation>
        </message>
        <message>
            <source>Inspector</source>
            <translation>Inspecteur</translation>
        </message>
        <message>
            <source>As the default says ({wait})</source>
            <translation>Comme par défaut ({wait})</translation>
        </message>
        <message>
            <source>All others may wait</source>
            <translation>Tous les autres peuvent attendre</translation>
        </message>
        <message>
            <source>Default</source>
            <translation>Par défaut</translation>
        </message>
        <message>
            <source>Only {condition}</source>
            <translation>Seulement {condition}</translation>
        </message>
        <message>
            <source>Changing how long data of {who} may wait failed</source>
            <translation>La modification de l’attente de {who} a échoué</translation>
        </message>
        <message>
            <source>Nothing has happened yet. When a path is lost or comes back, or late data is helped, it is told here.</source>
            <translation>Rien ne s’est encore passé. Quand un chemin est perdu ou revient, ou que des données en retard sont aidées, cela s’affiche ici.</translation>
        </message>
        <message>
            <source>Connections too</source>
            <translation>Connexions aussi</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>Vue d’ensemble</translation>
        </message>
        <message>
            <source>Traffic of the last five minutes, the newest second first</source>
            <translation>Trafic des cinq dernières minutes, la seconde la plus récente d’abord</translation>
        </message>
        <message>
            <source>Show opened and closed connections and subflows as well</source>
            <translation>Montrer aussi les connexions et sous-flux ouverts et fermés</translation>
        </message>
        <message>
            <source>Traffic</source>
            <translation>Trafic</translation>
        </message>
        <message>
            <source>Last events</source>
            <translation>Derniers événements</translation>
        </message>
        <message>
            <source>{path} is where its kind suggests now</source>
            <translation>{path} est maintenant là où son type le suggère</translation>
        </message>
        <message>
            <source>{path} is what was detected now</source>
            <translation>{path} est maintenant ce qui a été détecté</translation>
        </message>
        <message>
            <source>{path} is in the lane {lane} now</source>
            <translation>{path} est maintenant dans la voie {lane}</translation>
        </message>
        <message>
            <source>{path} is taken for {kind} now</source>
            <translation>{path} est maintenant considéré comme {kind}</translation>
        </message>
        <message>
            <source>Changing the trust in {path} failed</source>
            <translation>Le changement de confiance envers {path} a échoué</translation>
        </message>
        <message>
            <source>Changing {path} failed</source>
            <translation>La modification de {path} a échoué</translation>
        </message>
        <message>
            <source>Changing the cap of {path} failed</source>
            <translation>La modification du plafond de {path} a échoué</translation>
        </message>
        <message>
            <source>{path}: what was allowed more is taken back</source>
            <translation>{path} : ce qui était permis en plus est retiré</translation>
        </message>
        <message>
            <source>Moving {path} failed</source>
            <translation>Le déplacement de {path} a échoué</translation>
        </message>
        <message>
            <source>Correcting {path} failed</source>
            <translation>La correction de {path} a échoué</translation>
        </message>
        <message>
            <source>Paths</source>
            <translation>Chemins</translation>
        </message>
        <message>
            <source>Paths in their lanes</source>
            <translation>Chemins dans leurs voies</translation>
        </message>
        <message>
            <source>About the chosen path</source>
            <translation>À propos du chemin choisi</translation>
        </message>
        <message>
            <source>No network path was found on this machine</source>
            <translation>Aucun chemin réseau n’a été trouvé sur cette machine</translation>
        </message>
        <message>
            <source>Join a Wi-Fi, plug in a cable or start the modem: it appears here by itself.</source>
            <translation>Rejoignez un Wi-Fi, branchez un câble ou démarrez le modem : il apparaît ici de lui-même.</translation>
        </message>
        <message>
            <source>Probing {path} failed</source>
            <translation>Le test de {path} a échoué</translation>
        </message>
        <message>
            <source>profile</source>
            <translation>profil</translation>
        </message>
        <message>
            <source>Import …</source>
            <translation>Importer…</translation>
        </message>
        <message>
            <source>Save as profile …</source>
            <translation>Enregistrer comme profil…</translation>
        </message>
        <message>
            <source>Opening {file} failed</source>
            <translation>L’ouverture de {file} a échoué</translation>
        </message>
        <message>
            <source>Import a profile</source>
            <translation>Importer un profil</translation>
        </message>
        <message>
            <source>Import “{name}”?</source>
            <translation>Importer « {name} » ?</translation>
        </message>
        <message>
            <source>Activate “{name}”?</source>
            <translation>Activer « {name} » ?</translation>
        </message>
        <message>
            <source>Use “{name}” with {network}?</source>
            <translation>Utiliser « {name} » avec {network} ?</translation>
        </message>
        <message>
            <source>Comparing the profiles failed</source>
            <translation>La comparaison des profils a échoué</translation>
        </message>
        <message>
            <source>Reading the profile failed</source>
            <translation>La lecture du profil a échoué</translation>
        </message>
        <message>
            <source>Activating {profile} failed</source>
            <translation>L’activation de {profile} a échoué</translation>
        </message>
        <message>
            <source>Having {profile} follow a network failed</source>
            <translation>Associer {profile} à un réseau a échoué</translation>
        </message>
        <message>
            <source>{profile} is active now</source>
            <translation>{profile} est maintenant actif</translation>
        </message>
        <message>
            <source>{profile} is kept, and not active yet</source>
            <translation>{profile} est enregistré, et pas encore actif</translation>
        </message>
        <message>
            <source>My profile</source>
            <translation>Mon profil</translation>
        </message>
        <message>
            <source>Export …</source>
            <translation>Exporter…</translation>
        </message>
        <message>
            <source>Sign and export …</source>
            <translation>Signer et exporter…</translation>
        </message>
        <message>
            <source>Export a profile</source>
            <translation>Exporter un profil</translation>
        </message>
        <message>
            <source>Your key {fingerprint}, kept in {place}</source>
            <translation>Votre clé {fingerprint}, conservée dans {place}</translation>
        </message>
        <message>
            <source>Your public key is copied</source>
            <translation>Votre clé publique est copiée</translation>
        </message>
        <message>
            <source>No profiles yet</source>
            <translation>Pas encore de profils</translation>
        </message>
        <message>
            <source>A profile is all that you have decided: trust, when paths are used, rules of applications.
Save your current decisions, or drop a profile file here to see what it would change.</source>
            <translation>Un profil est tout ce que vous avez décidé : la confiance, l’usage des chemins, les règles des applications.
Enregistrez vos décisions actuelles, ou déposez ici un fichier de profil pour voir ce qu’il changerait.</translation>
        </message>
        <message>
            <source>Profiles</source>
            <translation>Profils</translation>
        </message>
        <message>
            <source>Keep what you have decided until now under a name</source>
            <translation>Garder sous un nom ce que vous avez décidé jusqu’ici</translation>
        </message>
        <message>
            <source>Write what you have decided until now to a file</source>
            <translation>Écrire dans un fichier ce que vous avez décidé jusqu’ici</translation>
        </message>
        <message>
            <source>Or drop a file anywhere on this page</source>
            <translation>Ou déposez un fichier n’importe où sur cette page</translation>
        </message>
        <message>
            <source>Save as</source>
            <translation>Enregistrer sous</translation>
        </message>
        <message>
            <source>Name of the new profile</source>
            <translation>Nom du nouveau profil</translation>
        </message>
        <message>
            <source>Reading the profiles failed</source>
            <translation>La lecture des profils a échoué</translation>
        </message>
        <message>
            <source>You have chosen a profile by hand, so none follows the network.</source>
            <translation>Vous avez choisi un profil à la main, aucun ne suit donc le réseau.</translation>
        </message>
        <message>
            <source>All files</source>
            <translation>Tous les fichiers</translation>
        </message>
        <message>
            <source>From “{one}” to “{other}”</source>
            <translation>De « {one} » à « {other} »</translation>
        </message>
        <message>
            <source>Previewing the profile failed</source>
            <translation>L’aperçu du profil a échoué</translation>
        </message>
        <message>
            <source>Importing {profile} failed</source>
            <translation>L’importation de {profile} a échoué</translation>
        </message>
        <message>
            <source>Letting the networks choose failed</source>
            <translation>Laisser les réseaux choisir a échoué</translation>
        </message>
        <message>
            <source>The networks in use choose the profile from now on</source>
            <translation>Les réseaux utilisés choisissent désormais le profil</translation>
        </message>
        <message>
            <source>{profile} is used with {network}</source>
            <translation>{profile} est utilisé avec {network}</translation>
        </message>
        <message>
            <source>Changing what {profile} follows failed</source>
            <translation>Changer ce que suit {profile} a échoué</translation>
        </message>
        <message>
            <source>{profile} is no longer used with {network}</source>
            <translation>{profile} n’est plus utilisé avec {network}</translation>
        </message>
        <message>
            <source>Deleting {profile} failed</source>
            <translation>La suppression de {profile} a échoué</translation>
        </message>
        <message>
            <source>{profile} is deleted; what you decided stays</source>
            <translation>{profile} est supprimé ; ce que vous avez décidé reste</translation>
        </message>
        <message>
            <source>Undo failed</source>
            <translation>L’annulation a échoué</translation>
        </message>
        <message>
            <source>It takes the place of the stored one.</source>
            <translation>Il remplace celui qui est enregistré.</translation>
        </message>
        <message>
            <source>Saving {profile} failed</source>
            <translation>L’enregistrement de {profile} a échoué</translation>
        </message>
        <message>
            <source>Your current decisions are kept as {profile}</source>
            <translation>Vos décisions actuelles sont enregistrées sous {profile}</translation>
        </message>
        <message>
            <source>Writing {file} failed</source>
            <translation>L’écriture de {file} a échoué</translation>
        </message>
        <message>
            <source>Written to {file} and signed with a new key, kept in {place}</source>
            <translation>Écrit dans {file} et signé avec une nouvelle clé, conservée dans {place}</translation>
        </message>
        <message>
            <source>Written to {file} and signed with your key</source>
            <translation>Écrit dans {file} et signé avec votre clé</translation>
        </message>
        <message>
            <source>Trusting the signer failed</source>
            <translation>Faire confiance au signataire a échoué</translation>
        </message>
        <message>
            <source>You trust what {signer} signs</source>
            <translation>Vous faites confiance à ce que signe {signer}</translation>
        </message>
        <message>
            <source>Changing whom you trust failed</source>
            <translation>Changer à qui vous faites confiance a échoué</translation>
        </message>
        <message>
            <source>You no longer trust what {signer} signs</source>
            <translation>Vous ne faites plus confiance à ce que signe {signer}</translation>
        </message>
        <message>
            <source>You have no key yet: it is made when you first sign a profile.</source>
            <translation>Vous n’avez pas encore de clé : elle est créée quand vous signez un profil pour la première fois.</translation>
        </message>
        <message>
            <source>Save</source>
            <translation>Enregistrer</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Annuler</translation>
        </message>
        <message>
            <source>Let networks choose</source>
            <translation>Laisser les réseaux choisir</translation>
        </message>
        <message>
            <source>{reason}.
Nothing has been changed. Mend the file and open it again.</source>
            <translation>{reason}.
Rien n’a été changé. Corrigez le fichier et rouvrez-le.</translation>
        </message>
        <message>
            <source>{reason}.
Nothing has been changed.</source>
            <translation>{reason}.
Rien n’a été changé.</translation>
        </message>
        <message>
            <source>A name has letters, digits, spaces, dots, dashes and underscores.</source>
            <translation>Un nom a des lettres, chiffres, espaces, points, tirets et tirets bas.</translation>
        </message>
        <message>
            <source>Reading your key failed</source>
            <translation>La lecture de votre clé a échoué</translation>
        </message>
        <message>
            <source>Live</source>
            <translation>En direct</translation>
        </message>
        <message>
            <source>Diagnostics</source>
            <translation>Diagnostic</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Paramètres</translation>
        </message>
        <message>
            <source>Settings of this machine (net.mptcp.*). They count for new connections and stay when mpmanager ends.</source>
            <translation>Paramètres de cette machine (net.mptcp.*). Ils valent pour les nouvelles connexions et restent quand mpmanager se termine.</translation>
        </message>
        <message>
            <source>Colours</source>
            <translation>Couleurs</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>Langue</translation>
        </message>
        <message>
            <source>Motion</source>
            <translation>Animations</translation>
        </message>
        <message>
            <source>Trust cables only with a login (802.1X)</source>
            <translation>Ne faire confiance aux câbles qu’avec authentification (802.1X)</translation>
        </message>
        <message>
            <source>Without it every cable is trusted, as whoever plugs one in is in the building.</source>
            <translation>Sans cela, tout câble est de confiance, car quiconque en branche un se trouve dans le bâtiment.</translation>
        </message>
        <message>
            <source>Keep changes over restarts</source>
            <translation>Garder les changements au redémarrage</translation>
        </message>
        <message>
            <source>They are of different versions: restart the daemon, or this window.</source>
            <translation>Leurs versions diffèrent : redémarrez le démon, ou cette fenêtre.</translation>
        </message>
        <message>
            <source>The window speaks another language when it starts the next time</source>
            <translation>La fenêtre parlera une autre langue à son prochain démarrage</translation>
        </message>
        <message>
            <source>Pause all notifications</source>
            <translation>Suspendre toutes les notifications</translation>
        </message>
        <message>
            <source>Until you say otherwise.</source>
            <translation>Jusqu’à nouvel ordre.</translation>
        </message>
        <message>
            <source>Follow the desktop</source>
            <translation>Suivre le bureau</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>Clair</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>Sombre</translation>
        </message>
        <message>
            <source>This window: mpmanager {version}</source>
            <translation>Cette fenêtre : mpmanager {version}</translation>
        </message>
        <message>
            <source>The daemon: mpmanagerd {version}</source>
            <translation>Le démon : mpmanagerd {version}</translation>
        </message>
        <message>
            <source>Changing what cables need failed</source>
            <translation>Changer ce qu’il faut aux câbles a échoué</translation>
        </message>
        <message>
            <source>Setting {name} failed</source>
            <translation>Le réglage de {name} a échoué</translation>
        </message>
        <message>
            <source>{name} is {value} now, for new connections</source>
            <translation>{name} vaut maintenant {value}, pour les nouvelles connexions</translation>
        </message>
        <message>
            <source>{name} is what it was before mpmanager set it</source>
            <translation>{name} vaut ce qu’il valait avant que mpmanager le règle</translation>
        </message>
        <message>
            <source>Window</source>
            <translation>Fenêtre</translation>
        </message>
        <message>
            <source>Takes effect when the window starts again.</source>
            <translation>Prend effet au prochain démarrage de la fenêtre.</translation>
        </message>
        <message>
            <source>The dots on the flow map, and what slides.</source>
            <translation>Les points sur la carte des flux, et ce qui glisse.</translation>
        </message>
        <message>
            <source>Stay in the tray when the window is closed</source>
            <translation>Rester dans la zone de notification quand la fenêtre est fermée</translation>
        </message>
        <message>
            <source>An icon there tells the state by its shape, and brings the window back.</source>
            <translation>Une icône y montre l’état par sa forme et fait revenir la fenêtre.</translation>
        </message>
        <message>
            <source>Start in the tray</source>
            <translation>Démarrer dans la zone de notification</translation>
        </message>
        <message>
            <source>The window appears when you ask for it.</source>
            <translation>La fenêtre apparaît quand vous la demandez.</translation>
        </message>
        <message>
            <source>Notifications</source>
            <translation>Notifications</translation>
        </message>
        <message>
            <source>Trust</source>
            <translation>Confiance</translation>
        </message>
        <message>
            <source>The kernel's Multipath TCP</source>
            <translation>Le Multipath TCP du noyau</translation>
        </message>
        <message>
            <source>About</source>
            <translation>À propos</translation>
        </message>
        <message>
            <source>Reading the settings failed</source>
            <translation>La lecture des paramètres a échoué</translation>
        </message>
        <message>
            <source>This kernel has no Multipath TCP.</source>
            <translation>Ce noyau n’a pas Multipath TCP.</translation>
        </message>
        <message>
            <source>Everything works on this machine.</source>
            <translation>Tout fonctionne sur cette machine.</translation>
        </message>
        <message>
            <source>Cables need a login to be trusted now</source>
            <translation>Les câbles ne sont désormais de confiance qu’avec authentification</translation>
        </message>
        <message>
            <source>Cables need no login now</source>
            <translation>Les câbles n’ont plus besoin d’authentification</translation>
        </message>
        <message>
            <source>Open mpmanager</source>
            <translation>Ouvrir mpmanager</translation>
        </message>
        <message>
            <source>Quit</source>
            <translation>Quitter</translation>
        </message>
        <message>
            <source>Resume enforcing</source>
            <translation>Reprendre l’application des règles</translation>
        </message>
        <message>
            <source>Pause enforcing for 10 min</source>
            <translation>Suspendre l’application des règles 10 min</translation>
        </message>
        <message>
            <source>Taken back: {change}</source>
            <translation>Annulé : {change}</translation>
        </message>
        <message>
            <source>Made again: {change}</source>
            <translation>Rétabli : {change}</translation>
        </message>
        <message>
            <source>Taking a change back failed</source>
            <translation>Impossible d’annuler une modification</translation>
        </message>
        <message>
            <source>Making a change again failed</source>
            <translation>Impossible de rétablir une modification</translation>
        </message>
        <message>
            <source>Keeping a change failed</source>
            <translation>Impossible de conserver une modification</translation>
        </message>
        <message>
            <source>There is nothing to take back</source>
            <translation>Il n’y a rien à annuler</translation>
        </message>
        <message>
            <source>There is nothing to make again</source>
            <translation>Il n’y a rien à rétablir</translation>
        </message>
        <message>
            <source>{connected}, {ruled}</source>
            <translation>{connected}, {ruled}</translation>
        </message>
        <message>
            <source>No rule of its own</source>
            <translation>Aucune règle propre</translation>
        </message>
        <message>
            <source>All others</source>
            <translation>Toutes les autres</translation>
        </message>
        <message>
            <source>ended</source>
            <translation>terminé</translation>
        </message>
        <message>
            <source>Not told from others</source>
            <translation>Impossible à distinguer des autres</translation>
        </message>
        <message>
            <source>{kind}: {rule}</source>
            <translation>{kind} : {rule}</translation>
        </message>
        <message>
            <source>No rule of its own: as all others</source>
            <translation>Aucune règle propre : comme les autres</translation>
        </message>
        <message>
            <source>New rule</source>
            <translation>Nouvelle règle</translation>
        </message>
        <message>
            <source>{count} connected</source>
            <translation>{count} connectées</translation>
        </message>
        <message>
            <source>{count} with a rule of its own</source>
            <translation>{count} avec sa propre règle</translation>
        </message>
        <message>
            <source>{count} with rules of their own</source>
            <translation>{count} avec leurs propres règles</translation>
        </message>
        <message>
            <source>not connected</source>
            <translation>non connectée</translation>
        </message>
        <message>
            <source>trust: {badge}</source>
            <translation>confiance : {badge}</translation>
        </message>
        <message>
            <source>multipath: {badge}</source>
            <translation>multipath : {badge}</translation>
        </message>
        <message>
            <source>Default: {rule}</source>
            <translation>Par défaut : {rule}</translation>
        </message>
        <message>
            <source>Enforced</source>
            <translation>Imposée</translation>
        </message>
        <message>
            <source>Best effort</source>
            <translation>Au mieux</translation>
        </message>
        <message>
            <source>Not possible here</source>
            <translation>Impossible ici</translation>
        </message>
        <message>
            <source>nothing is demanded of it</source>
            <translation>rien n’en est exigé</translation>
        </message>
        <message>
            <source>the kernel lets nothing else happen</source>
            <translation>le noyau ne laisse rien passer d’autre</translation>
        </message>
        <message>
            <source>it shares its control group with other programs; mpm run gives it one of its own</source>
            <translation>elle partage son groupe de contrôle avec d’autres programmes ; mpm run lui en donne un propre</translation>
        </message>
        <message>
            <source>this machine's kernel cannot enforce it</source>
            <translation>le noyau de cette machine ne peut pas l’imposer</translation>
        </message>
        <message>
            <source>no path was trusted when it opened, and it was let go</source>
            <translation>aucun chemin n’était de confiance à son ouverture, et elle a été admise</translation>
        </message>
        <message>
            <source>it opened on a path that was not trusted, before this was demanded</source>
            <translation>elle s’est ouverte sur un chemin sans confiance, avant que cela ne soit exigé</translation>
        </message>
        <message>
            <source>the other end opened it, on a path that is not trusted</source>
            <translation>l’autre extrémité l’a ouverte, sur un chemin sans confiance</translation>
        </message>
        <message>
            <source>the other end speaks no Multipath TCP: there is no key to protect, and one path only</source>
            <translation>l’autre extrémité ne parle pas Multipath TCP : il n’y a pas de clé à protéger, et un seul chemin</translation>
        </message>
        <message>
            <source>the kernel holds programs, not destinations</source>
            <translation>le noyau contraint des programmes, pas des destinations</translation>
        </message>
        <message>
            <source>the kernel holds control groups, and no script has one of its own</source>
            <translation>le noyau contraint des groupes de contrôle, et aucun script n’en a un propre</translation>
        </message>
        <message>
            <source>Not known yet</source>
            <translation>Pas encore connu</translation>
        </message>
        <message>
            <source>enforced if it runs in a control group of its own, else best effort; its connections will tell</source>
            <translation>imposée si elle tourne dans son propre groupe de contrôle, sinon au mieux ; ses connexions le diront</translation>
        </message>
        <message>
            <source>Yes</source>
            <translation>Oui</translation>
        </message>
        <message>
            <source>it asks for Multipath TCP itself</source>
            <translation>elle demande elle-même Multipath TCP</translation>
        </message>
        <message>
            <source>Partly</source>
            <translation>En partie</translation>
        </message>
        <message>
            <source>No</source>
            <translation>Non</translation>
        </message>
        <message>
            <source>{used} of {limit}</source>
            <translation>{used} sur {limit}</translation>
        </message>
        <message>
            <source>{bytes} in all</source>
            <translation>{bytes} en tout</translation>
        </message>
        <message>
            <source>{gateway} has answered {received} of {sent} questions, within {median} ({least} to {most}).</source>
            <translation>{gateway} a répondu à {received} demandes sur {sent}, en {median} ({least} à {most}).</translation>
        </message>
        <message>
            <source>{path} may carry {amount} more today</source>
            <translation>{path} peut acheminer {amount} de plus aujourd’hui</translation>
        </message>
        <message>
            <source>Nothing new</source>
            <translation>Rien de nouveau</translation>
        </message>
        <message>
            <source>Stand by</source>
            <translation>En secours</translation>
        </message>
        <message>
            <source>When the cap is reached, no new subflow is made here.</source>
            <translation>Quand le plafond est atteint, aucun nouveau sous-flux n’est créé ici.</translation>
        </message>
        <message>
            <source>When the cap is reached, it is used only if nothing else is left.</source>
            <translation>Quand le plafond est atteint, il ne sert que s’il ne reste rien d’autre.</translation>
        </message>
        <message>
            <source>Automatic</source>
            <translation>Automatique</translation>
        </message>
        <message>
            <source>Metered</source>
            <translation>Facturé</translation>
        </message>
        <message>
            <source>Not metered</source>
            <translation>Non facturé</translation>
        </message>
        <message>
            <source>Metered, by what is known of it: little is spent here by itself.</source>
            <translation>Facturé à l’usage, d’après ce qu’on en sait : peu y est dépensé automatiquement.</translation>
        </message>
        <message>
            <source>Not metered, by what is known of it.</source>
            <translation>Non facturé à l’usage, d’après ce qu’on en sait.</translation>
        </message>
        <message>
            <source>Metered, as you have said: little is spent here by itself.</source>
            <translation>Facturé à l’usage, comme vous l’avez dit : peu y est dépensé automatiquement.</translation>
        </message>
        <message>
            <source>Not metered, as you have said.</source>
            <translation>Non facturé à l’usage, comme vous l’avez dit.</translation>
        </message>
        <message>
            <source>Over 75 % are used.</source>
            <translation>Plus de 75 % sont utilisés.</translation>
        </message>
        <message>
            <source>Over 95 % are used.</source>
            <translation>Plus de 95 % sont utilisés.</translation>
        </message>
        <message>
            <source>The cap is reached.</source>
            <translation>Le plafond est atteint.</translation>
        </message>
        <message>
            <source>Begins anew at midnight</source>
            <translation>Recommence à minuit</translation>
        </message>
        <message>
            <source>{used} of {limit} and {more} more today</source>
            <translation>{used} sur {limit} et {more} de plus aujourd’hui</translation>
        </message>
        <message>
            <source>{today} today, {period} in this billing month, both directions.</source>
            <translation>{today} aujourd’hui, {period} ce mois de facturation, dans les deux sens.</translation>
        </message>
        <message>
            <source>{bytes} today</source>
            <translation>{bytes} ce jour</translation>
        </message>
        <message>
            <source>{gateway} has answered none of {sent} questions. Many gateways never do: watch whether data passes.</source>
            <translation>{gateway} n’a répondu à aucune des {sent} demandes. Beaucoup de passerelles ne le font jamais : voyez si des données passent.</translation>
        </message>
        <message>
            <source>{path} has no cap now</source>
            <translation>{path} n’a plus de plafond</translation>
        </message>
        <message>
            <source>{path}: whether it is metered is automatic now</source>
            <translation>{path} : la facturation à l’usage est maintenant automatique</translation>
        </message>
        <message>
            <source>{path} is metered now</source>
            <translation>{path} est maintenant facturé à l’usage</translation>
        </message>
        <message>
            <source>{path} is not metered now</source>
            <translation>{path} n’est maintenant pas facturé à l’usage</translation>
        </message>
        <message>
            <source>This daemon does not count what paths carry.</source>
            <translation>Ce démon ne compte pas ce que les chemins acheminent.</translation>
        </message>
        <message>
            <source>At this rate it will be {forecast} at the end of it.</source>
            <translation>À ce rythme, ce sera {forecast} à la fin.</translation>
        </message>
        <message>
            <source>Type an amount below: you are warned at 75 and at 95 % of it.</source>
            <translation>Saisissez un volume ci-dessous : vous serez averti à 75 et à 95 %.</translation>
        </message>
        <message>
            <source>{amount} a month from day {day}</source>
            <translation>{amount} par mois à partir du jour {day}</translation>
        </message>
        <message>
            <source>{amount} a day</source>
            <translation>{amount} par jour</translation>
        </message>
        <message>
            <source>{text} is no amount of data; write it as 5 GB or 200 MB</source>
            <translation>{text} n’est pas un volume de données ; écrivez par exemple 5 GB ou 200 MB</translation>
        </message>
        <message>
            <source>This billing month</source>
            <translation>Mois de facturation</translation>
        </message>
        <message>
            <source>Today</source>
            <translation>Aujourd’hui</translation>
        </message>
        <message>
            <source>Begins anew in {count} day</source>
            <translation>Recommence dans {count} jour</translation>
        </message>
        <message>
            <source>Begins anew in {count} days</source>
            <translation>Recommence dans {count} jours</translation>
        </message>
        <message>
            <source>Network {network}</source>
            <translation>Réseau {network}</translation>
        </message>
        <message>
            <source>Interface {name}</source>
            <translation>Interface {name}</translation>
        </message>
        <message>
            <source>Profile {name} goes with {network}</source>
            <translation>Le profil {name} va avec {network}</translation>
        </message>
        <message>
            <source>Cables are trusted only with a login</source>
            <translation>Les câbles ne sont de confiance qu’avec authentification</translation>
        </message>
        <message>
            <source>Cables are trusted also without a login</source>
            <translation>Les câbles sont de confiance même sans authentification</translation>
        </message>
        <message>
            <source>Undo, with {count} later</source>
            <translation>Annuler, avec {count} suivantes</translation>
        </message>
        <message>
            <source>Yesterday</source>
            <translation>Hier</translation>
        </message>
        <message>
            <source>Profile {name} is in force</source>
            <translation>Le profil {name} est en vigueur</translation>
        </message>
        <message>
            <source>No profile goes with {network} any more</source>
            <translation>Aucun profil ne va plus avec {network}</translation>
        </message>
        <message>
            <source>automatic</source>
            <translation>automatique</translation>
        </message>
        <message>
            <source>as detected</source>
            <translation>tel que détecté</translation>
        </message>
        <message>
            <source>by the network in use</source>
            <translation>par le réseau utilisé</translation>
        </message>
        <message>
            <source>you</source>
            <translation>vous</translation>
        </message>
        <message>
            <source>Taken back: {change}. It is made again in {count} second.</source>
            <translation>Annulé : {change}. Rétabli dans {count} seconde.</translation>
        </message>
        <message>
            <source>Taken back: {change}. It is made again in {count} seconds.</source>
            <translation>Annulé : {change}. Rétabli dans {count} secondes.</translation>
        </message>
        <message>
            <source>{change}. It is taken back in {count} second.</source>
            <translation>{change}. Annulé dans {count} seconde.</translation>
        </message>
        <message>
            <source>{change}. It is taken back in {count} seconds.</source>
            <translation>{change}. Annulé dans {count} secondes.</translation>
        </message>
        <message>
            <source>{sentence} No path is left now.</source>
            <translation>{sentence} Il ne reste plus aucun chemin.</translation>
        </message>
        <message>
            <source>Redo</source>
            <translation>Rétablir</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Annuler</translation>
        </message>
        <message>
            <source>waits to be kept</source>
            <translation>pas encore conservé</translation>
        </message>
        <message>
            <source>taken back at {time}</source>
            <translation>annulé à {time}</translation>
        </message>
        <message>
            <source>Traffic of the last five minutes: {what}.</source>
            <translation>Trafic des cinq dernières minutes : {what}.</translation>
        </message>
        <message>
            <source>{path} downloads {rate} now, {peak} at most</source>
            <translation>{path} reçoit {rate} maintenant, {peak} au plus</translation>
        </message>
        <message>
            <source>{count} losses</source>
            <translation>{count} pertes</translation>
        </message>
        <message>
            <source>{count} returns</source>
            <translation>{count} retours</translation>
        </message>
        <message>
            <source>{count} fail-overs</source>
            <translation>{count} basculements</translation>
        </message>
        <message>
            <source>{count} openings</source>
            <translation>{count} ouvertures</translation>
        </message>
        <message>
            <source>{count} changes</source>
            <translation>{count} changements</translation>
        </message>
        <message>
            <source>Traffic of the last five minutes: nothing was measured yet.</source>
            <translation>Trafic des cinq dernières minutes : rien n’a encore été mesuré.</translation>
        </message>
        <message>
            <source>{path} not measured</source>
            <translation>{path} non mesuré</translation>
        </message>
        <message>
            <source>unknown</source>
            <translation>inconnu</translation>
        </message>
        <message>
            <source>{count} event</source>
            <translation>{count} événement</translation>
        </message>
        <message>
            <source>{count} events</source>
            <translation>{count} événements</translation>
        </message>
        <message>
            <source>{count} gap without measurement</source>
            <translation>{count} lacune sans mesure</translation>
        </message>
        <message>
            <source>{count} gaps without measurement</source>
            <translation>{count} lacunes sans mesure</translation>
        </message>
        <message>
            <source>down</source>
            <translation>réception</translation>
        </message>
        <message>
            <source>up</source>
            <translation>envoi</translation>
        </message>
        <message>
            <source>now</source>
            <translation>maintenant</translation>
        </message>
        <message>
            <source>The daemon went away. Reconnecting; what you see is the last it said.</source>
            <translation>Le démon est parti. Reconnexion ; vous voyez ce qu’il a dit en dernier.</translation>
        </message>
        <message>
            <source>{reason} This window connects by itself as soon as the daemon runs.</source>
            <translation>{reason} Cette fenêtre se connecte d’elle-même dès que le démon tourne.</translation>
        </message>
        <message>
            <source>Not everything works on this machine: {sentences}</source>
            <translation>Tout ne fonctionne pas sur cette machine : {sentences}</translation>
        </message>
        <message>
            <source>Connecting</source>
            <translation>Connexion en cours</translation>
        </message>
        <message>
            <source>No daemon</source>
            <translation>Pas de démon</translation>
        </message>
        <message>
            <source>Connected</source>
            <translation>Connecté</translation>
        </message>
        <message>
            <source>Reconnecting</source>
            <translation>Reconnexion en cours</translation>
        </message>
        <message>
            <source>system bus</source>
            <translation>bus système</translation>
        </message>
        <message>
            <source>session bus</source>
            <translation>bus de session</translation>
        </message>
        <message>
            <source>private bus</source>
            <translation>bus privé</translation>
        </message>
        <message>
            <source>bus by address</source>
            <translation>bus par adresse</translation>
        </message>
        <message>
            <source>Start the daemon on your session bus</source>
            <translation>Démarrez le démon sur votre bus de session</translation>
        </message>
        <message>
            <source>Start the daemon with its own bus in that directory</source>
            <translation>Démarrez le démon avec son propre bus dans ce répertoire</translation>
        </message>
        <message>
            <source>Start the daemon on that bus</source>
            <translation>Démarrez le démon sur ce bus</translation>
        </message>
        <message>
            <source>Choose something else and try again.</source>
            <translation>Choisissez autre chose et réessayez.</translation>
        </message>
        <message>
            <source>Ask whoever administers this machine, or start the window as that user.</source>
            <translation>Adressez-vous à l’administrateur de cette machine, ou démarrez la fenêtre en tant que cet utilisateur.</translation>
        </message>
        <message>
            <source>Try again in a moment.</source>
            <translation>Réessayez dans un instant.</translation>
        </message>
        <message>
            <source>Or, in a source tree, try it without touching this machine's network: a lab with three emulated links and its own window</source>
            <translation>Ou, dans une arborescence de sources, essayez sans toucher au réseau de cette machine : un laboratoire avec trois liens émulés et sa propre fenêtre</translation>
        </message>
        <message>
            <source>Start the daemon with a bus of its own</source>
            <translation>Démarrez le démon avec un bus à lui</translation>
        </message>
        <message>
            <source>and the window on that bus</source>
            <translation>et la fenêtre sur ce bus</translation>
        </message>
        <message>
            <source>{path} has a carrier and no address of global scope.</source>
            <translation>{path} a une porteuse et aucune adresse de portée globale.</translation>
        </message>
        <message>
            <source>{path} has {addresses} and no default route.</source>
            <translation>{path} a {addresses} et aucune route par défaut.</translation>
        </message>
        <message>
            <source>What leaves from {address} goes nowhere: {detail}.</source>
            <translation>Ce qui part de {address} ne mène nulle part : {detail}.</translation>
        </message>
        <message>
            <source>{address} has answered no echo request over {path}. Others have answered over this path, so it forwards.</source>
            <translation>{address} n’a répondu à aucun ping par {path}. D’autres ont répondu par ce chemin, il transmet donc.</translation>
        </message>
        <message>
            <source>{address} has answered no echo request over {path}.</source>
            <translation>{address} n’a répondu à aucun ping par {path}.</translation>
        </message>
        <message>
            <source>The name server {address}, asked over {path}, has not answered.</source>
            <translation>Le serveur de noms {address}, interrogé par {path}, n’a pas répondu.</translation>
        </message>
        <message>
            <source>The name server {address}, asked over {path}, answered: {detail}.</source>
            <translation>Le serveur de noms {address}, interrogé par {path}, a répondu : {detail}.</translation>
        </message>
        <message>
            <source>{target} refused the connection over {path}; over another path it answers.</source>
            <translation>{target} a refusé la connexion par {path} ; par un autre chemin, il répond.</translation>
        </message>
        <message>
            <source>{target} refused the connection over {path}.</source>
            <translation>{target} a refusé la connexion par {path}.</translation>
        </message>
        <message>
            <source>{target} has not answered over {path}; over another path it answers.</source>
            <translation>{target} n’a pas répondu par {path} ; par un autre chemin, il répond.</translation>
        </message>
        <message>
            <source>{target} has not answered over {path}.</source>
            <translation>{target} n’a pas répondu par {path}.</translation>
        </message>
        <message>
            <source>{target} answers with MP_CAPABLE over another path and without it over {path}.</source>
            <translation>{target} répond avec MP_CAPABLE par un autre chemin, et sans par {path}.</translation>
        </message>
        <message>
            <source>Over {path} {target} answers plain TCP, and no SYN that asks for Multipath TCP.</source>
            <translation>Par {path}, {target} répond en TCP simple, mais à aucun SYN qui demande Multipath TCP.</translation>
        </message>
        <message>
            <source>MP_CAPABLE passes over {path}; a subflow that joins there does not come about: {detail}.</source>
            <translation>MP_CAPABLE passe par {path} ; un sous-flux supplémentaire ne s’y établit pas : {detail}.</translation>
        </message>
        <message>
            <source>MP_CAPABLE passes over {path}; a subflow that joins there does not come about.</source>
            <translation>MP_CAPABLE passe par {path} ; un sous-flux supplémentaire ne s’y établit pas.</translation>
        </message>
        <message>
            <source>{target} answers without MP_CAPABLE over every path that was tried.</source>
            <translation>{target} répond sans MP_CAPABLE par tous les chemins essayés.</translation>
        </message>
        <message>
            <source>{names}: the connection to {remote} has fallen back to plain TCP.</source>
            <translation>{names} : la connexion vers {remote} est retombée sur TCP simple.</translation>
        </message>
        <message>
            <source>net.mptcp.path_manager is {value}, and not userspace.</source>
            <translation>net.mptcp.path_manager vaut {value}, et non userspace.</translation>
        </message>
        <message>
            <source>{app}: 1 connection is plain TCP, although a rule asks for Multipath TCP.</source>
            <translation>{app} : 1 connexion est en TCP simple, bien qu’une règle demande Multipath TCP.</translation>
        </message>
        <message>
            <source>{app}: 1 connection is plain TCP.</source>
            <translation>{app} : 1 connexion est en TCP simple.</translation>
        </message>
        <message>
            <source>{app}: {count} connections are plain TCP, although a rule asks for Multipath TCP.</source>
            <translation>{app} : {count} connexions sont en TCP simple, bien qu’une règle demande Multipath TCP.</translation>
        </message>
        <message>
            <source>{app}: {count} connections are plain TCP.</source>
            <translation>{app} : {count} connexions sont en TCP simple.</translation>
        </message>
        <message>
            <source>{path} has carried {used} of {cap} bytes this month.</source>
            <translation>{path} a acheminé {used} octets sur {cap} ce mois-ci.</translation>
        </message>
        <message>
            <source>{path} has carried {used} of {cap} bytes this day.</source>
            <translation>{path} a acheminé {used} octets sur {cap} aujourd’hui.</translation>
        </message>
        <message>
            <source>The rule of {selector} has no effect: a temporary one says all of it anew, until this machine restarts.</source>
            <translation>La règle de {selector} est sans effet : une règle temporaire redit tout, jusqu’au redémarrage de cette machine.</translation>
        </message>
        <message>
            <source>The rule of {selector} has no effect: a temporary one says all of it anew, for a while.</source>
            <translation>La règle de {selector} est sans effet : une règle temporaire redit tout, pour un moment.</translation>
        </message>
        <message>
            <source>What this kernel can do could not be tried: {detail}.</source>
            <translation>Ce que sait faire ce noyau n’a pas pu être essayé : {detail}.</translation>
        </message>
        <message>
            <source>A new subflow does not take the backup flag with it: it is set right after, and the first data of a transfer, some 65 kB, may go over a standby path.</source>
            <translation>Un nouveau sous-flux n’emporte pas la marque de secours : elle est mise juste après, et les premières données d’un transfert, environ 65 ko, passent peut-être par un chemin en attente.</translation>
        </message>
        <message>
            <source>A new subflow is not bound to the interface of its path: rules for its source address alone lead it there.</source>
            <translation>Un nouveau sous-flux n’est pas lié à l’interface de son chemin : seules des règles pour son adresse source l’y conduisent.</translation>
        </message>
        <message>
            <source>A connection does not count its bytes: those of its subflows are added up.</source>
            <translation>Une connexion ne compte pas ses octets : ceux de ses sous-flux sont additionnés.</translation>
        </message>
        <message>
            <source>A program (not visible from here) hears what the kernel tells path managers.</source>
            <translation>Un programme (non visible d’ici) entend ce que le noyau dit aux gestionnaires de chemins.</translation>
        </message>
        <message>
            <source>A program (process {pid}) hears what the kernel tells path managers.</source>
            <translation>Un programme (processus {pid}) entend ce que le noyau dit aux gestionnaires de chemins.</translation>
        </message>
        <message>
            <source>{app} (process {pid}) hears what the kernel tells path managers.</source>
            <translation>{app} (processus {pid}) entend ce que le noyau dit aux gestionnaires de chemins.</translation>
        </message>
        <message>
            <source>The kernel's own path manager has endpoints: {addresses}.</source>
            <translation>Le gestionnaire de chemins du noyau lui-même a des points d’extrémité : {addresses}.</translation>
        </message>
        <message>
            <source>The history is not written: {reason}.</source>
            <translation>L’historique n’est pas écrit : {reason}.</translation>
        </message>
        <message>
            <source>Multipath TCP for programs that do not ask for it: {reason}.</source>
            <translation>Multipath TCP pour les programmes qui ne le demandent pas : {reason}.</translation>
        </message>
        <message>
            <source>Programs cannot set MPTCP_EXPIRATION and MPTCP_TRUSTED on this machine: {reason}.</source>
            <translation>Sur cette machine, les programmes ne peuvent pas définir MPTCP_EXPIRATION ni MPTCP_TRUSTED : {reason}.</translation>
        </message>
        <message>
            <source>Trust is not enforced as it should be: {reason}.</source>
            <translation>La confiance n’est pas imposée comme elle devrait l’être : {reason}.</translation>
        </message>
        <message>
            <source>Cgroup v2 is not mounted: applications are recognised by their processes only.</source>
            <translation>cgroup v2 n’est pas monté : les applications ne sont reconnues qu’à leurs processus.</translation>
        </message>
        <message>
            <source>Profile {name}: {reason}.</source>
            <translation>Profil {name} : {reason}.</translation>
        </message>
        <message>
            <source>mpmanagerd does not run on the {bus} bus.</source>
            <translation>mpmanagerd ne tourne pas sur le bus {bus}.</translation>
        </message>
        <message>
            <source>no bus at {address} ({detail}); is mpmanagerd running?</source>
            <translation>Aucun bus à {address} ({detail}) ; mpmanagerd tourne-t-il ?</translation>
        </message>
        <message>
            <source>the daemon does not answer.</source>
            <translation>Le démon ne répond pas.</translation>
        </message>
        <message>
            <source>the connection to the daemon broke.</source>
            <translation>La connexion au démon est rompue.</translation>
        </message>
        <message>
            <source>{target}, asked over {path}: {detail}.</source>
            <translation>{target}, interrogé par {path} : {detail}.</translation>
        </message>
        <message>
            <source>Not asked, as nobody was named: {steps}.</source>
            <translation>Non demandé, faute de destinataire : {steps}.</translation>
        </message>
        <message>
            <source>Not proven: enforcing is paused until {time}, so nothing is held to anything.</source>
            <translation>Non prouvé : l’application des règles est suspendue jusqu’à {time}, rien n’est donc imposé.</translation>
        </message>
        <message>
            <source>{app}: {count} connection of plain TCP could not move</source>
            <translation>{app} : {count} connexion en TCP simple n’a pas pu changer de chemin</translation>
        </message>
        <message>
            <source>{app}: {count} connections of plain TCP could not move</source>
            <translation>{app} : {count} connexions en TCP simple n’ont pas pu changer de chemin</translation>
        </message>
        <message>
            <source>Problem</source>
            <translation>Problème</translation>
        </message>
        <message>
            <source>Warning</source>
            <translation>Avertissement</translation>
        </message>
        <message>
            <source>Note</source>
            <translation>Remarque</translation>
        </message>
        <message>
            <source>Route</source>
            <translation>Route</translation>
        </message>
        <message>
            <source>Gateway</source>
            <translation>Passerelle</translation>
        </message>
        <message>
            <source>Name server</source>
            <translation>Serveur de noms</translation>
        </message>
        <message>
            <source>Captive portal</source>
            <translation>Portail captif</translation>
        </message>
        <message>
            <source>Server by TCP</source>
            <translation>Serveur par TCP</translation>
        </message>
        <message>
            <source>SYN of Multipath TCP</source>
            <translation>SYN de Multipath TCP</translation>
        </message>
        <message>
            <source>MP_CAPABLE</source>
            <translation>MP_CAPABLE</translation>
        </message>
        <message>
            <source>MP_JOIN</source>
            <translation>MP_JOIN</translation>
        </message>
        <message>
            <source>ADD_ADDR</source>
            <translation>ADD_ADDR</translation>
        </message>
        <message>
            <source>answers</source>
            <translation>répond</translation>
        </message>
        <message>
            <source>silent</source>
            <translation>muet</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>refusé</translation>
        </message>
        <message>
            <source>filtered</source>
            <translation>filtré</translation>
        </message>
        <message>
            <source>portal</source>
            <translation>portail</translation>
        </message>
        <message>
            <source>no route</source>
            <translation>pas de route</translation>
        </message>
        <message>
            <source>not allowed here</source>
            <translation>non autorisé ici</translation>
        </message>
        <message>
            <source>not seen</source>
            <translation>non vu</translation>
        </message>
        <message>
            <source>not asked</source>
            <translation>non demandé</translation>
        </message>
        <message>
            <source>none</source>
            <translation>aucune</translation>
        </message>
        <message>
            <source>{count} finding to look at.</source>
            <translation>{count} constat à examiner.</translation>
        </message>
        <message>
            <source>{count} findings to look at.</source>
            <translation>{count} constats à examiner.</translation>
        </message>
        <message>
            <source>There was nothing to prove: no path is untrusted, or nothing is demanded.</source>
            <translation>Il n’y avait rien à prouver : aucun chemin n’est sans confiance, ou rien n’est exigé.</translation>
        </message>
        <message>
            <source>Proven by {count} attempt.</source>
            <translation>Prouvé par {count} essai.</translation>
        </message>
        <message>
            <source>Proven by {count} attempts.</source>
            <translation>Prouvé par {count} essais.</translation>
        </message>
        <message>
            <source>{count} check has FAILED.</source>
            <translation>{count} contrôle a ÉCHOUÉ.</translation>
        </message>
        <message>
            <source>{count} checks have FAILED.</source>
            <translation>{count} contrôles ont ÉCHOUÉ.</translation>
        </message>
        <message>
            <source>went on</source>
            <translation>a continué</translation>
        </message>
        <message>
            <source>stalled</source>
            <translation>s’est bloqué</translation>
        </message>
        <message>
            <source>was quiet</source>
            <translation>était inactif</translation>
        </message>
        <message>
            <source>{app} went on by {paths} after {waited}; {bytes} went there</source>
            <translation>{app} a continué par {paths} après {waited} ; {bytes} y sont passés</translation>
        </message>
        <message>
            <source>{app} {outcome} for {waited}</source>
            <translation>{app} {outcome} ({waited})</translation>
        </message>
        <message>
            <source>{path} was away for {seconds} s: {count} connection did not go on.</source>
            <translation>{path} a été absent {seconds} s : {count} connexion n’a pas continué.</translation>
        </message>
        <message>
            <source>{path} was away for {seconds} s: {count} connections did not go on.</source>
            <translation>{path} a été absent {seconds} s : {count} connexions n’ont pas continué.</translation>
        </message>
        <message>
            <source>{path} was away for {seconds} s: everything went on.</source>
            <translation>{path} a été absent {seconds} s : tout a continué.</translation>
        </message>
        <message>
            <source>Nothing is wrong, as far as was asked.</source>
            <translation>Rien d’anormal, pour ce qui a été demandé.</translation>
        </message>
        <message>
            <source>Nothing has failed, and something could not be proven.</source>
            <translation>Rien n’a échoué, mais quelque chose n’a pas pu être prouvé.</translation>
        </message>
        <message>
            <source>{app} went on after {waited}</source>
            <translation>{app} a continué après {waited}</translation>
        </message>
        <message>
            <source>{path} was away for {seconds} s: nothing used it.</source>
            <translation>{path} a été absent {seconds} s : rien ne l’utilisait.</translation>
        </message>
        <message>
            <source>Not proven: listening on all interfaces needs root, and that was not granted. In a terminal:</source>
            <translation>Non prouvé : écouter sur toutes les interfaces demande les droits root, qui n’ont pas été accordés. Dans un terminal :</translation>
        </message>
        <message>
            <source>it said nothing</source>
            <translation>il n’a rien dit</translation>
        </message>
        <message>
            <source>Not proven: {reason}.</source>
            <translation>Non prouvé : {reason}.</translation>
        </message>
        <message>
            <source>Somebody else has changed this rule meanwhile. Your changes are kept on top of that.</source>
            <translation>Quelqu’un d’autre a modifié cette règle entre-temps. Vos modifications s’y ajoutent.</translation>
        </message>
        <message>
            <source>Somebody else has changed this rule meanwhile, also: {parts}. Your choice counts if you apply it.</source>
            <translation>Quelqu’un d’autre a modifié cette règle entre-temps, aussi : {parts}. Votre choix compte si vous l’appliquez.</translation>
        </message>
        <message>
            <source>Below, drag a path to the lane that says when it may carry data. Its shield says whether its network is trusted: click it to decide.</source>
            <translation>Ci-dessous, glissez un chemin dans la voie qui dit quand il peut acheminer des données. Son bouclier indique si son réseau est de confiance : cliquez dessus pour décider.</translation>
        </message>
        <message>
            <source>and 1 other</source>
            <translation>et 1 autre</translation>
        </message>
        <message>
            <source>and {count} others</source>
            <translation>et {count} autres</translation>
        </message>
        <message>
            <source>No application carries anything at the moment.</source>
            <translation>Aucune application ne transfère rien pour l’instant.</translation>
        </message>
        <message>
            <source>The width grows with the square root of the rate; dots move the way most bytes go</source>
            <translation>La largeur croît avec la racine du débit ; les points vont dans le sens de la plupart des octets</translation>
        </message>
        <message>
            <source>Internet</source>
            <translation>Internet</translation>
        </message>
        <message>
            <source>{application} over {path}: {down} down, {up} up.</source>
            <translation>{application} par {path} : {down} descendants, {up} montants.</translation>
        </message>
        <message>
            <source>Applications have their places here while they use Multipath TCP</source>
            <translation>Les applications ont leur place ici tant qu’elles utilisent Multipath TCP</translation>
        </message>
        <message>
            <source>quiet</source>
            <translation>inactif</translation>
        </message>
        <message>
            <source>{allowed} The last time it waited {waited}.</source>
            <translation>{allowed} La dernière fois, elles ont attendu {waited}.</translation>
        </message>
        <message>
            <source>Its data may wait {wait}.</source>
            <translation>Ses données peuvent attendre {wait}.</translation>
        </message>
        <message>
            <source>{allowed} So far nothing has waited longer.</source>
            <translation>{allowed} Jusqu’ici, rien n’a attendu plus longtemps.</translation>
        </message>
        <message>
            <source>Its data waits for its own path.</source>
            <translation>Ses données attendent leur propre chemin.</translation>
        </message>
        <message>
            <source>The rule of {rule} keeps it there.</source>
            <translation>La règle de {rule} la garde là.</translation>
        </message>
        <message>
            <source>Last minute, at most {rate}</source>
            <translation>Dernière minute, {rate} au plus</translation>
        </message>
        <message>
            <source>Download</source>
            <translation>Réception</translation>
        </message>
        <message>
            <source>Upload</source>
            <translation>Envoi</translation>
        </message>
        <message>
            <source>Round trip</source>
            <translation>Aller-retour</translation>
        </message>
        <message>
            <source>Sent again</source>
            <translation>Retransmis</translation>
        </message>
        <message>
            <source>Where no trusted path is left its data waits.</source>
            <translation>S’il ne reste aucun chemin de confiance, ses données attendent.</translation>
        </message>
        <message>
            <source>It may use every path that its tier allows.</source>
            <translation>Elle peut utiliser tout chemin que sa voie permet.</translation>
        </message>
        <message>
            <source>The rules about it, in the order in which they count:</source>
            <translation>Les règles à son sujet, dans l’ordre où elles comptent :</translation>
        </message>
        <message>
            <source>Since the daemon started: {counts}; helpers carried {bytes}.</source>
            <translation>Depuis le démarrage du démon : {counts} ; les chemins d’aide ont acheminé {bytes}.</translation>
        </message>
        <message>
            <source>data is on time</source>
            <translation>les données sont à l’heure</translation>
        </message>
        <message>
            <source>{path} is full</source>
            <translation>{path} est plein</translation>
        </message>
        <message>
            <source>{path} answers nothing</source>
            <translation>{path} ne répond pas</translation>
        </message>
        <message>
            <source>what {path} lost does not get through</source>
            <translation>ce que {path} a perdu ne passe pas</translation>
        </message>
        <message>
            <source>nothing received</source>
            <translation>rien reçu</translation>
        </message>
        <message>
            <source>nothing received, and {path} does not answer a probe</source>
            <translation>rien reçu, et {path} ne répond pas à une sonde</translation>
        </message>
        <message>
            <source>other connections found {path} dead</source>
            <translation>d’autres connexions ont trouvé {path} mort</translation>
        </message>
        <message>
            <source>{path} is congested</source>
            <translation>{path} est congestionné</translation>
        </message>
        <message>
            <source>{path} loses much</source>
            <translation>{path} perd beaucoup</translation>
        </message>
        <message>
            <source>{path} delivers again</source>
            <translation>{path} livre de nouveau</translation>
        </message>
        <message>
            <source>its path</source>
            <translation>son chemin</translation>
        </message>
        <message>
            <source>any wait</source>
            <translation>illimité</translation>
        </message>
        <message>
            <source>Its data has needed no help since the daemon started.</source>
            <translation>Ses données n’ont eu besoin d’aucune aide depuis le démarrage du démon.</translation>
        </message>
        <message>
            <source>Since the daemon started: {counts}.</source>
            <translation>Depuis le démarrage du démon : {counts}.</translation>
        </message>
        <message>
            <source>{path} full, {helper} helps</source>
            <translation>{path} plein, {helper} aide</translation>
        </message>
        <message>
            <source>waits: {path} full, {helper} helping for {time}</source>
            <translation>attend : {path} plein, {helper} aide depuis {time}</translation>
        </message>
        <message>
            <source>avoiding {path} for {time}</source>
            <translation>évite {path} depuis {time}</translation>
        </message>
        <message>
            <source>suspects {path}</source>
            <translation>soupçonne {path}</translation>
        </message>
        <message>
            <source>suspecting {path} for {time}: {reason}</source>
            <translation>soupçonne {path} depuis {time} : {reason}</translation>
        </message>
        <message>
            <source>{what} {time} ago</source>
            <translation>{what} il y a {time}</translation>
        </message>
        <message>
            <source>probing {path}</source>
            <translation>sonde {path}</translation>
        </message>
        <message>
            <source>{probing}: has answered</source>
            <translation>{probing} : a répondu</translation>
        </message>
        <message>
            <source>failed over from {path} to {helper}</source>
            <translation>basculé de {path} vers {helper}</translation>
        </message>
        <message>
            <source>failed over from {path}</source>
            <translation>basculé depuis {path}</translation>
        </message>
        <message>
            <source>failed over to {helper}</source>
            <translation>basculé vers {helper}</translation>
        </message>
        <message>
            <source>failed over</source>
            <translation>basculé</translation>
        </message>
        <message>
            <source>waited {time}, allowed {allowed}</source>
            <translation>a attendu {time}, permis {allowed}</translation>
        </message>
        <message>
            <source>{count} opening</source>
            <translation>{count} ouverture</translation>
        </message>
        <message>
            <source>{count} fail-over</source>
            <translation>{count} basculement</translation>
        </message>
        <message>
            <source>{count} detour</source>
            <translation>{count} détour</translation>
        </message>
        <message>
            <source>{count} detours</source>
            <translation>{count} détours</translation>
        </message>
        <message>
            <source>{count} return</source>
            <translation>{count} retour</translation>
        </message>
        <message>
            <source>{count} big transfer</source>
            <translation>{count} gros transfert</translation>
        </message>
        <message>
            <source>{count} big transfers</source>
            <translation>{count} gros transferts</translation>
        </message>
        <message>
            <source>carrying: {reason}</source>
            <translation>achemine : {reason}</translation>
        </message>
        <message>
            <source>{probing}: has answered, carries again soon</source>
            <translation>{probing} : a répondu, acheminera bientôt de nouveau</translation>
        </message>
        <message>
            <source>waited {time}</source>
            <translation>a attendu {time}</translation>
        </message>
        <message>
            <source>carrying</source>
            <translation>achemine</translation>
        </message>
        <message>
            <source>another path</source>
            <translation>un autre chemin</translation>
        </message>
        <message>
            <source>avoids {path}</source>
            <translation>évite {path}</translation>
        </message>
        <message>
            <source>{helper} instead of {path}</source>
            <translation>{helper} au lieu de {path}</translation>
        </message>
        <message>
            <source>suspect</source>
            <translation>suspect</translation>
        </message>
        <message>
            <source>probing</source>
            <translation>en test</translation>
        </message>
        <message>
            <source>steered</source>
            <translation>détourné</translation>
        </message>
        <message>
            <source>helped</source>
            <translation>aidé</translation>
        </message>
        <message>
            <source>carries instead</source>
            <translation>remplace</translation>
        </message>
        <message>
            <source>helps</source>
            <translation>aide</translation>
        </message>
        <message>
            <source>idle</source>
            <translation>inactif</translation>
        </message>
        <message>
            <source>avoided</source>
            <translation>évité</translation>
        </message>
        <message>
            <source>left</source>
            <translation>quitté</translation>
        </message>
        <message>
            <source>standby</source>
            <translation>en attente</translation>
        </message>
        <message>
            <source>connecting</source>
            <translation>se connecte</translation>
        </message>
        <message>
            <source>closing</source>
            <translation>se ferme</translation>
        </message>
        <message>
            <source>A path delivers nothing and was left; another one carries.</source>
            <translation>Un chemin ne livre rien et a été quitté ; un autre achemine.</translation>
        </message>
        <message>
            <source>Nothing has come for longer than usual: the path is being asked whether it lives.</source>
            <translation>Rien n’est venu depuis plus longtemps que d’habitude : on demande au chemin s’il vit encore.</translation>
        </message>
        <message>
            <source>The path answers again and has to stay well for a while before it carries.</source>
            <translation>Le chemin répond de nouveau et doit tenir un moment avant d’acheminer.</translation>
        </message>
        <message>
            <source>A congested path is avoided for a while; another one carries.</source>
            <translation>Un chemin congestionné est évité un moment ; un autre achemine.</translation>
        </message>
        <message>
            <source>There is more to send than the preferred path carries in time; another one helps.</source>
            <translation>Il y a plus à envoyer que le chemin préféré n’achemine à temps ; un autre aide.</translation>
        </message>
        <message>
            <source>Data flows here now.</source>
            <translation>Des données passent ici maintenant.</translation>
        </message>
        <message>
            <source>It carries in place of a path that delivers nothing or is congested.</source>
            <translation>Il achemine à la place d’un chemin qui ne livre rien ou qui est congestionné.</translation>
        </message>
        <message>
            <source>Opened for late data; it closes when the preferred path suffices again.</source>
            <translation>Ouvert pour des données en retard ; il se ferme quand le chemin préféré suffit de nouveau.</translation>
        </message>
        <message>
            <source>It may carry data; nobody sends any at the moment.</source>
            <translation>Des données peuvent passer ici ; personne n’en envoie pour l’instant.</translation>
        </message>
        <message>
            <source>Its path is congested; it carries again after a while.</source>
            <translation>Son chemin est congestionné ; il acheminera de nouveau après un moment.</translation>
        </message>
        <message>
            <source>Its path delivers nothing; it is used only when nothing else is left.</source>
            <translation>Son chemin ne livre rien ; il ne sert que s’il ne reste rien d’autre.</translation>
        </message>
        <message>
            <source>Marked as backup and quiet: it waits until it is needed.</source>
            <translation>Marqué comme secours et inactif : il attend qu’on ait besoin de lui.</translation>
        </message>
        <message>
            <source>The handshake is under way.</source>
            <translation>La poignée de main est en cours.</translation>
        </message>
        <message>
            <source>One side has finished sending.</source>
            <translation>Un côté a fini d’envoyer.</translation>
        </message>
        <message>
            <source>It is closed; the numbers are its last.</source>
            <translation>C’est fermé ; les chiffres sont les derniers.</translation>
        </message>
        <message>
            <source>first bytes on trusted paths</source>
            <translation>premiers octets sur des chemins de confiance</translation>
        </message>
        <message>
            <source>sends on trusted paths</source>
            <translation>envoie sur des chemins de confiance</translation>
        </message>
        <message>
            <source>trusted paths only</source>
            <translation>chemins de confiance seulement</translation>
        </message>
        <message>
            <source>no path</source>
            <translation>aucun chemin</translation>
        </message>
        <message>
            <source>incoming</source>
            <translation>entrante</translation>
        </message>
        <message>
            <source>fell back to plain TCP</source>
            <translation>en repli sur TCP simple</translation>
        </message>
        <message>
            <source>began before mpmanagerd</source>
            <translation>commencée avant mpmanagerd</translation>
        </message>
        <message>
            <source>{held} as well as can be</source>
            <translation>{held}, au mieux</translation>
        </message>
        <message>
            <source>opened unprotected</source>
            <translation>ouverte sans protection</translation>
        </message>
        <message>
            <source>Application</source>
            <translation>Application</translation>
        </message>
        <message>
            <source>State</source>
            <translation>État</translation>
        </message>
        <message>
            <source>May wait</source>
            <translation>Peut attendre</translation>
        </message>
        <message>
            <source>Path</source>
            <translation>Chemin</translation>
        </message>
        <message>
            <source>Last minute</source>
            <translation>Dernière minute</translation>
        </message>
        <message>
            <source>RTT</source>
            <translation>RTT</translation>
        </message>
        <message>
            <source>Bytes</source>
            <translation>Octets</translation>
        </message>
        <message>
            <source>Resent</source>
            <translation>Retransmis</translation>
        </message>
        <message>
            <source>opened for late data</source>
            <translation>ouvert pour données en retard</translation>
        </message>
        <message>
            <source>carries instead of {path}</source>
            <translation>achemine au lieu de {path}</translation>
        </message>
        <message>
            <source>held back: has answered, must stay well</source>
            <translation>retenu : a répondu, doit tenir</translation>
        </message>
        <message>
            <source>held back</source>
            <translation>retenu</translation>
        </message>
        <message>
            <source>suspect: nothing received</source>
            <translation>suspect : rien reçu</translation>
        </message>
        <message>
            <source>avoided: congested</source>
            <translation>évité : congestionné</translation>
        </message>
        <message>
            <source>left: delivers nothing</source>
            <translation>quitté : ne livre rien</translation>
        </message>
        <message>
            <source>asked whether it answers</source>
            <translation>interrogé : répond-il ?</translation>
        </message>
        <message>
            <source>at most {rate} in the last minute</source>
            <translation>au plus {rate} dans la dernière minute</translation>
        </message>
        <message>
            <source>asked</source>
            <translation>interrogé</translation>
        </message>
        <message>
            <source>Dots flow</source>
            <translation>Les points coulent</translation>
        </message>
        <message>
            <source>Dots move once a second</source>
            <translation>Les points avancent une fois par seconde</translation>
        </message>
        <message>
            <source>Arrows that stand still</source>
            <translation>Des flèches immobiles</translation>
        </message>
        <message>
            <source>Program</source>
            <translation>Programme</translation>
        </message>
        <message>
            <source>Script</source>
            <translation>Script</translation>
        </message>
        <message>
            <source>Unit</source>
            <translation>Unité</translation>
        </message>
        <message>
            <source>Control group</source>
            <translation>Groupe de contrôle</translation>
        </message>
        <message>
            <source>Whoever connects</source>
            <translation>Quel que soit le programme</translation>
        </message>
        <message>
            <source>Host</source>
            <translation>Hôte</translation>
        </message>
        <message>
            <source>Network</source>
            <translation>Réseau</translation>
        </message>
        <message>
            <source>Port</source>
            <translation>Port</translation>
        </message>
        <message>
            <source>User</source>
            <translation>Utilisateur</translation>
        </message>
        <message>
            <source>While in network</source>
            <translation>Tant que dans le réseau</translation>
        </message>
        <message>
            <source>Say which: for instance {example}</source>
            <translation>Dites lequel : par exemple {example}</translation>
        </message>
        <message>
            <source>“{text}” cannot be used: {reason}</source>
            <translation>« {text} » ne peut pas servir : {reason}</translation>
        </message>
        <message>
            <source>Say at least one condition: all others have their rule already.</source>
            <translation>Dites au moins une condition : toutes les autres ont déjà leur règle.</translation>
        </message>
        <message>
            <source>Path lost or back</source>
            <translation>Chemin perdu ou rétabli</translation>
        </message>
        <message>
            <source>Backup opened for late data</source>
            <translation>Secours ouvert pour des données en retard</translation>
        </message>
        <message>
            <source>Trust changed</source>
            <translation>Confiance changée</translation>
        </message>
        <message>
            <source>Data cap nearly or fully used</source>
            <translation>Plafond de données presque ou tout à fait atteint</translation>
        </message>
        <message>
            <source>Rule or profile changed</source>
            <translation>Règle ou profil changé</translation>
        </message>
        <message>
            <source>Daemon gone or back</source>
            <translation>Démon arrêté ou revenu</translation>
        </message>
        <message>
            <source>When Wi-Fi fades, a cable is unplugged, or a link works again.</source>
            <translation>Quand le Wi-Fi faiblit, qu’un câble est débranché ou qu’un lien fonctionne de nouveau.</translation>
        </message>
        <message>
            <source>When an application waited too long and another path had to help.</source>
            <translation>Quand une application a trop attendu et qu’un autre chemin a dû aider.</translation>
        </message>
        <message>
            <source>When a path enters a network that is trusted more or less than the last one.</source>
            <translation>Quand un chemin entre dans un réseau plus ou moins de confiance que le précédent.</translation>
        </message>
        <message>
            <source>When a path has used most of the data it may use, and when it has used all.</source>
            <translation>Quand un chemin a utilisé l’essentiel des données permises, et quand il a tout utilisé.</translation>
        </message>
        <message>
            <source>When an application's rule changes, or a profile follows a network.</source>
            <translation>Quand la règle d’une application change, ou qu’un profil suit un réseau.</translation>
        </message>
        <message>
            <source>When mpmanagerd ends: from then on nothing is decided any more.</source>
            <translation>Quand mpmanagerd se termine : dès lors, plus rien n’est décidé.</translation>
        </message>
        <message>
            <source>Another path</source>
            <translation>Un autre chemin</translation>
        </message>
        <message>
            <source>{last} (One more came before.)</source>
            <translation>{last} (Une autre est venue avant.)</translation>
        </message>
        <message>
            <source>{last} ({count} more came before.)</source>
            <translation>{last} ({count} autres sont venues avant.)</translation>
        </message>
        <message>
            <source>{path} has come</source>
            <translation>{path} est apparu</translation>
        </message>
        <message>
            <source>{path} is connected</source>
            <translation>{path} est connecté</translation>
        </message>
        <message>
            <source>{path} is lost</source>
            <translation>{path} est perdu</translation>
        </message>
        <message>
            <source>{path} is gone</source>
            <translation>{path} a disparu</translation>
        </message>
        <message>
            <source>{helper} helps {path}</source>
            <translation>{helper} aide {path}</translation>
        </message>
        <message>
            <source>{helper} carries instead of {path}</source>
            <translation>{helper} achemine à la place de {path}</translation>
        </message>
        <message>
            <source>{path} carries again</source>
            <translation>{path} achemine de nouveau</translation>
        </message>
        <message>
            <source>{path}: trust has changed</source>
            <translation>{path} : la confiance a changé</translation>
        </message>
        <message>
            <source>Connections open unprotected</source>
            <translation>Des connexions s’ouvrent sans protection</translation>
        </message>
        <message>
            <source>Trust is not enforced as it should be</source>
            <translation>La confiance n’est pas appliquée comme elle devrait</translation>
        </message>
        <message>
            <source>Enforcing is paused</source>
            <translation>L’application des règles est suspendue</translation>
        </message>
        <message>
            <source>Policies are enforced again</source>
            <translation>Les règles sont de nouveau appliquées</translation>
        </message>
        <message>
            <source>{path} has used most of its data</source>
            <translation>{path} a utilisé la plupart de ses données</translation>
        </message>
        <message>
            <source>{path} has used all of its data</source>
            <translation>{path} a utilisé toutes ses données</translation>
        </message>
        <message>
            <source>{path} may carry again</source>
            <translation>{path} peut de nouveau acheminer</translation>
        </message>
        <message>
            <source>A rule has changed</source>
            <translation>Une règle a changé</translation>
        </message>
        <message>
            <source>A change was taken back</source>
            <translation>Une modification a été annulée</translation>
        </message>
        <message>
            <source>mpmanagerd has gone</source>
            <translation>mpmanagerd s’est arrêté</translation>
        </message>
        <message>
            <source>Nothing is decided any more; what is held to trusted paths stays so.</source>
            <translation>Plus rien n’est décidé ; ce qui est tenu aux chemins de confiance le reste.</translation>
        </message>
        <message>
            <source>mpmanagerd is back</source>
            <translation>mpmanagerd est de retour</translation>
        </message>
        <message>
            <source>It manages the connections of this machine again.</source>
            <translation>Il gère de nouveau les connexions de cette machine.</translation>
        </message>
        <message>
            <source>still in use</source>
            <translation>encore utilisé</translation>
        </message>
        <message>
            <source>{applications} with {connections} over {subflows}</source>
            <translation>{applications} avec {connections} sur {subflows}</translation>
        </message>
        <message>
            <source>{helper} helps {path} for {applications}</source>
            <translation>{helper} aide {path} pour {applications}</translation>
        </message>
        <message>
            <source>{percent}%</source>
            <translation>{percent} %</translation>
        </message>
        <message>
            <source>{path} carries everything although it is set to Never</source>
            <translation>{path} achemine tout bien qu’il soit réglé sur Jamais</translation>
        </message>
        <message>
            <source>Nothing moves at the moment; {paths} are ready</source>
            <translation>Rien ne bouge pour l’instant ; {paths} sont prêts</translation>
        </message>
        <message>
            <source>, in place of what is not connected</source>
            <translation>, à la place de ce qui n’est pas connecté</translation>
        </message>
        <message>
            <source>{what}, interface {name}: {state}; download {down}, upload {up}, round trip {rtt}, {total} since the interface came up; lane {lane}; {trust}</source>
            <translation>{what}, interface {name} : {state} ; réception {down}, envoi {up}, aller-retour {rtt}, {total} depuis l’activation de l’interface ; voie {lane} ; {trust}</translation>
        </message>
        <message>
            <source>No program uses Multipath TCP at the moment.</source>
            <translation>Aucun programme n’utilise Multipath TCP pour l’instant.</translation>
        </message>
        <message>
            <source>{helper} carries instead of {path} for {applications}</source>
            <translation>{helper} achemine au lieu de {path} pour {applications}</translation>
        </message>
        <message>
            <source>{path} carries everything</source>
            <translation>{path} achemine tout</translation>
        </message>
        <message>
            <source>{path} carries {share}</source>
            <translation>{path} achemine {share}</translation>
        </message>
        <message>
            <source>{path} is set to Never, still in use</source>
            <translation>{path} est réglé sur Jamais, encore utilisé</translation>
        </message>
        <message>
            <source>{path} carries everything although it is set to Never: there is no other path</source>
            <translation>{path} achemine tout bien qu’il soit réglé sur Jamais : il n’y a pas d’autre chemin</translation>
        </message>
        <message>
            <source>Nothing moves at the moment</source>
            <translation>Rien ne bouge pour l’instant</translation>
        </message>
        <message>
            <source>Nothing moves at the moment; {path} is ready</source>
            <translation>Rien ne bouge pour l’instant ; {path} est prêt</translation>
        </message>
        <message>
            <source>, as no path is in the lane Always</source>
            <translation>, car aucun chemin n’est dans la voie Toujours</translation>
        </message>
        <message>
            <source>{path} stands by</source>
            <translation>{path} est en attente</translation>
        </message>
        <message>
            <source>{paths} stand by</source>
            <translation>{paths} sont en attente</translation>
        </message>
        <message>
            <source>{path} is local network only</source>
            <translation>{path} n’a que le réseau local</translation>
        </message>
        <message>
            <source>{path} has no address</source>
            <translation>{path} n’a pas d’adresse</translation>
        </message>
        <message>
            <source>{path} is not connected</source>
            <translation>{path} n’est pas connecté</translation>
        </message>
        <message>
            <source>{path} is switched off</source>
            <translation>{path} est désactivé</translation>
        </message>
        <message>
            <source>Nothing is connected: {missing}</source>
            <translation>Rien n’est connecté : {missing}</translation>
        </message>
        <message>
            <source>; </source>
            <translation> ; </translation>
        </message>
        <message>
            <source>{path} is connected but carries next to nothing</source>
            <translation>{path} est connecté mais n’achemine presque rien</translation>
        </message>
        <message>
            <source>{path} is connected but carries nothing</source>
            <translation>{path} est connecté mais n’achemine rien</translation>
        </message>
        <message>
            <source>{paths} are connected but carry next to nothing</source>
            <translation>{paths} sont connectés mais n’acheminent presque rien</translation>
        </message>
        <message>
            <source>{paths} are connected but carry nothing</source>
            <translation>{paths} sont connectés mais n’acheminent rien</translation>
        </message>
        <message>
            <source>{number} fell back to plain TCP</source>
            <translation>{number} en repli sur TCP simple</translation>
        </message>
        <message>
            <source>{number} held to trusted paths</source>
            <translation>{number} sur chemins de confiance seulement</translation>
        </message>
        <message>
            <source>{hint}, as its kind suggests.</source>
            <translation>{hint}, comme son type le suggère.</translation>
        </message>
        <message>
            <source>This network ({network})</source>
            <translation>Ce réseau ({network})</translation>
        </message>
        <message>
            <source>This network</source>
            <translation>Ce réseau</translation>
        </message>
        <message>
            <source>Its cap is reached, so it is in the lane {lane} until it begins anew; then {other} again.</source>
            <translation>Son plafond est atteint : il est dans la voie {lane} jusqu’à ce qu’il recommence, puis de nouveau {other}.</translation>
        </message>
        <message>
            <source>{hint}, as you have said.</source>
            <translation>{hint}, comme vous l’avez dit.</translation>
        </message>
        <message>
            <source>This interface, whatever network it is in</source>
            <translation>Cette interface, quel que soit son réseau</translation>
        </message>
        <message>
            <source>By its nature</source>
            <translation>Selon son type</translation>
        </message>
        <message>
            <source>Interface</source>
            <translation>Interface</translation>
        </message>
        <message>
            <source>Addresses</source>
            <translation>Adresses</translation>
        </message>
        <message>
            <source>Security</source>
            <translation>Sécurité</translation>
        </message>
        <message>
            <source>Known by</source>
            <translation>Reconnu par</translation>
        </message>
        <message>
            <source>nobody told</source>
            <translation>non connue</translation>
        </message>
        <message>
            <source>nothing at the moment</source>
            <translation>rien pour le moment</translation>
        </message>
        <message>
            <source>Reduced</source>
            <translation>Réduites</translation>
        </message>
        <message>
            <source>All</source>
            <translation>Toutes</translation>
        </message>
        <message>
            <source>{whom}: how long data may wait</source>
            <translation>{whom} : combien de temps les données peuvent attendre</translation>
        </message>
        <message>
            <source>{whom}: what its data is like</source>
            <translation>{whom} : la nature de ses données</translation>
        </message>
        <message>
            <source>{whom}: waits from one path to another</source>
            <translation>{whom} : attentes d’un chemin à l’autre</translation>
        </message>
        <message>
            <source>{whom}: where big transfers go</source>
            <translation>{whom} : où vont les gros transferts</translation>
        </message>
        <message>
            <source>{whom}: a path is left at this share of congestion marks</source>
            <translation>{whom} : part de marques de congestion à partir de laquelle un chemin est quitté</translation>
        </message>
        <message>
            <source>{whom}: a path is left at this share of loss</source>
            <translation>{whom} : part de pertes à partir de laquelle un chemin est quitté</translation>
        </message>
        <message>
            <source>{whom}: multipath</source>
            <translation>{whom} : multipath</translation>
        </message>
        <message>
            <source>{whom}: the lowest delay is preferred</source>
            <translation>{whom} : le délai le plus court est préféré</translation>
        </message>
        <message>
            <source>{whom}: order of what is said about paths</source>
            <translation>{whom} : ordre de ce qui est dit des chemins</translation>
        </message>
        <message>
            <source>{whom}: {paths}</source>
            <translation>{whom} : {paths}</translation>
        </message>
        <message>
            <source>{paths}: when used</source>
            <translation>{paths} : quand utilisés</translation>
        </message>
        <message>
            <source>{about}: {before} becomes {after}</source>
            <translation>{about} : {before} devient {after}</translation>
        </message>
        <message>
            <source>It would change one thing</source>
            <translation>Il changerait une chose</translation>
        </message>
        <message>
            <source>It would change {count} things</source>
            <translation>Il changerait {count} choses</translation>
        </message>
        <message>
            <source>one of them widens rights</source>
            <translation>l’une d’elles étend des droits</translation>
        </message>
        <message>
            <source>{count} of them widen rights</source>
            <translation>{count} d’entre elles étendent des droits</translation>
        </message>
        <message>
            <source>{changes}; {wider}.</source>
            <translation>{changes} ; {wider}.</translation>
        </message>
        <message>
            <source>Metered paths</source>
            <translation>Chemins facturés à l’usage</translation>
        </message>
        <message>
            <source>Paths that are not metered</source>
            <translation>Chemins non facturés à l’usage</translation>
        </message>
        <message>
            <source>Trusted paths</source>
            <translation>Chemins de confiance</translation>
        </message>
        <message>
            <source>Paths that are not trusted</source>
            <translation>Chemins sans confiance</translation>
        </message>
        <message>
            <source>All paths</source>
            <translation>Tous les chemins</translation>
        </message>
        <message>
            <source>The interface {name}</source>
            <translation>L’interface {name}</translation>
        </message>
        <message>
            <source>{kind} path number {number}</source>
            <translation>Chemin {kind} numéro {number}</translation>
        </message>
        <message>
            <source>not here now: what is said of it has no effect yet</source>
            <translation>absente pour l’instant : ce qui en est dit est encore sans effet</translation>
        </message>
        <message>
            <source>none on this machine: what is said of them has no effect yet</source>
            <translation>aucun sur cette machine : ce qui en est dit est encore sans effet</translation>
        </message>
        <message>
            <source>Line {line}</source>
            <translation>Ligne {line}</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>oui</translation>
        </message>
        <message>
            <source>no</source>
            <translation>non</translation>
        </message>
        <message>
            <source>trusted</source>
            <translation>de confiance</translation>
        </message>
        <message>
            <source>not trusted</source>
            <translation>sans confiance</translation>
        </message>
        <message>
            <source>never</source>
            <translation>jamais</translation>
        </message>
        <message>
            <source>as their kind suggests</source>
            <translation>comme leur type le suggère</translation>
        </message>
        <message>
            <source>everything on trusted paths only</source>
            <translation>tout sur des chemins de confiance seulement</translation>
        </message>
        <message>
            <source>begins on trusted paths</source>
            <translation>commence sur des chemins de confiance</translation>
        </message>
        <message>
            <source>any path</source>
            <translation>n’importe quel chemin</translation>
        </message>
        <message>
            <source>It would change nothing: all of it holds already.</source>
            <translation>Il ne changerait rien : tout cela vaut déjà.</translation>
        </message>
        <message>
            <source>{changes}; it widens no rights.</source>
            <translation>{changes} ; il n’étend aucun droit.</translation>
        </message>
        <message>
            <source>{changes}, and that widens rights.</source>
            <translation>{changes}, et cela étend des droits.</translation>
        </message>
        <message>
            <source>Not signed: nobody vouches for where it comes from, nor that nobody has changed it.</source>
            <translation>Non signé : personne ne garantit d’où il vient, ni que personne ne l’a changé.</translation>
        </message>
        <message>
            <source>The signature is invalid: {reason}. Such a profile is refused.</source>
            <translation>La signature est invalide : {reason}. Un tel profil est refusé.</translation>
        </message>
        <message>
            <source>Signed by {signer}, whom you trust.
{fingerprint}</source>
            <translation>Signé par {signer}, à qui vous faites confiance.
{fingerprint}</translation>
        </message>
        <message>
            <source>Signed by a key that you do not know and that calls itself {signer}.
{fingerprint}</source>
            <translation>Signé par une clé que vous ne connaissez pas et qui se nomme {signer}.
{fingerprint}</translation>
        </message>
        <message>
            <source>{kind} paths</source>
            <translation>Chemins {kind}</translation>
        </message>
        <message>
            <source>Trust in {network}</source>
            <translation>Confiance envers {network}</translation>
        </message>
        <message>
            <source>Cables are trusted only with a login (802.1X)</source>
            <translation>Les câbles ne sont de confiance qu’avec authentification (802.1X)</translation>
        </message>
        <message>
            <source>{whom}: what keeps to trusted paths</source>
            <translation>{whom} : ce qui reste sur des chemins de confiance</translation>
        </message>
        <message>
            <source>decided automatically</source>
            <translation>décidé automatiquement</translation>
        </message>
        <message>
            <source>not said</source>
            <translation>rien de précisé</translation>
        </message>
        <message>
            <source>Order of what is said about paths</source>
            <translation>Ordre de ce qui est dit des chemins</translation>
        </message>
        <message>
            <source>{profile} is active</source>
            <translation>{profile} est actif</translation>
        </message>
        <message>
            <source>The network in use has chosen it: another network may choose another profile.</source>
            <translation>Le réseau utilisé l’a choisi : un autre réseau peut choisir un autre profil.</translation>
        </message>
        <message>
            <source>What held before</source>
            <translation>Ce qui valait avant</translation>
        </message>
        <message>
            <source>Go back</source>
            <translation>Revenir</translation>
        </message>
        <message>
            <source>Activate</source>
            <translation>Activer</translation>
        </message>
        <message>
            <source>Activate again</source>
            <translation>Activer de nouveau</translation>
        </message>
        <message>
            <source>{count} mistake</source>
            <translation>{count} erreur</translation>
        </message>
        <message>
            <source>{count} mistakes</source>
            <translation>{count} erreurs</translation>
        </message>
        <message>
            <source>active, chosen by you</source>
            <translation>actif, choisi par vous</translation>
        </message>
        <message>
            <source>active, chosen by the network</source>
            <translation>actif, choisi par le réseau</translation>
        </message>
        <message>
            <source>No profile is active</source>
            <translation>Aucun profil n’est actif</translation>
        </message>
        <message>
            <source>{profile} is active, and was changed since</source>
            <translation>{profile} est actif, et a été changé depuis</translation>
        </message>
        <message>
            <source>Save your current decisions as one, to carry them to another machine or use them with a network.</source>
            <translation>Enregistrez vos décisions actuelles dans un profil, pour les emporter sur une autre machine ou les utiliser avec un réseau.</translation>
        </message>
        <message>
            <source>You have chosen it: it stays, whatever network this machine is in.</source>
            <translation>Vous l’avez choisi : il reste, quel que soit le réseau de cette machine.</translation>
        </message>
        <message>
            <source>all other networks</source>
            <translation>tous les autres réseaux</translation>
        </message>
        <message>
            <source>Wi-Fi “{name}” ({security})</source>
            <translation>Wi-Fi « {name} » ({security})</translation>
        </message>
        <message>
            <source>“{name}”</source>
            <translation>« {name} »</translation>
        </message>
        <message>
            <source>the network of the gateway {address}</source>
            <translation>le réseau de la passerelle {address}</translation>
        </message>
        <message>
            <source>the connection {id}</source>
            <translation>la connexion {id}</translation>
        </message>
        <message>
            <source>{network}, now with {profile}</source>
            <translation>{network}, maintenant avec {profile}</translation>
        </message>
        <message>
            <source>Used with: {networks}</source>
            <translation>Utilisé avec : {networks}</translation>
        </message>
        <message>
            <source>Signed as {signer}</source>
            <translation>Signé en tant que {signer}</translation>
        </message>
        <message>
            <source>You have chosen it: it stays until you let the networks choose again.</source>
            <translation>Vous l’avez choisi : il reste jusqu’à ce que vous laissiez de nouveau choisir les réseaux.</translation>
        </message>
        <message>
            <source>Everything as it was until a profile last took its place.</source>
            <translation>Tout comme c’était avant qu’un profil ne prenne sa place.</translation>
        </message>
        <message>
            <source>changed since</source>
            <translation>changé depuis</translation>
        </message>
        <message>
            <source>Allowed {wait}</source>
            <translation>Permis {wait}</translation>
        </message>
        <message>
            <source> after {waited}, at most {longest}{then}</source>
            <translation> après {waited}, au plus {longest}{then}</translation>
        </message>
        <message>
            <source>Its connections are allowed different waits</source>
            <translation>Ses connexions ont des attentes permises différentes</translation>
        </message>
        <message>
            <source>Allowed: no limit</source>
            <translation>Permis : sans limite</translation>
        </message>
        <message>
            <source>Allowed 0 ms: all paths are pooled</source>
            <translation>Permis 0 ms : tous les chemins sont groupés</translation>
        </message>
        <message>
            <source>no help was needed since the daemon started</source>
            <translation>aucune aide n’a été nécessaire depuis le démarrage du démon</translation>
        </message>
        <message>
            <source>{helpers} opened{waited}</source>
            <translation>{helpers} ouvert{waited}</translation>
        </message>
        <message>
            <source>once</source>
            <translation>une fois</translation>
        </message>
        <message>
            <source>{count} times</source>
            <translation>{count} fois</translation>
        </message>
        <message>
            <source> (when {wait} was allowed)</source>
            <translation> (quand {wait} était permis)</translation>
        </message>
        <message>
            <source> after {waited}{then}</source>
            <translation> après {waited}{then}</translation>
        </message>
        <message>
            <source>{bytes} on {helpers}</source>
            <translation>{bytes} par {helpers}</translation>
        </message>
        <message>
            <source>{path} delivers nothing</source>
            <translation>{path} ne livre rien</translation>
        </message>
        <message>
            <source>late data</source>
            <translation>données en retard</translation>
        </message>
        <message>
            <source> after {what}</source>
            <translation> après {what}</translation>
        </message>
        <message>
            <source>; {helper} carried {bytes}</source>
            <translation> ; {helper} a acheminé {bytes}</translation>
        </message>
        <message>
            <source>{waited}: {helper} opened, as {path} is full</source>
            <translation>{waited} : {helper} ouvert, car {path} est plein</translation>
        </message>
        <message>
            <source>a big transfer moved to {path}</source>
            <translation>un gros transfert est passé sur {path}</translation>
        </message>
        <message>
            <source>waited up to {time}</source>
            <translation>a attendu jusqu’à {time}</translation>
        </message>
        <message>
            <source>{helper} carries instead, as {reason}</source>
            <translation>{helper} achemine à la place, car {reason}</translation>
        </message>
        <message>
            <source>{path} suffices again: {helper} closed</source>
            <translation>{path} suffit de nouveau : {helper} fermé</translation>
        </message>
        <message>
            <source>allowed {time}</source>
            <translation>permis {time}</translation>
        </message>
        <message>
            <source>pool everything</source>
            <translation>tout grouper</translation>
        </message>
        <message>
            <source>{connections}, {rate} now</source>
            <translation>{connections}, {rate} maintenant</translation>
        </message>
        <message>
            <source>Ended a moment ago</source>
            <translation>Terminée à l’instant</translation>
        </message>
        <message>
            <source>Not connected now</source>
            <translation>Pas connectée maintenant</translation>
        </message>
        <message>
            <source>No rule</source>
            <translation>Aucune règle</translation>
        </message>
        <message>
            <source>No rule ({tier})</source>
            <translation>Aucune règle ({tier})</translation>
        </message>
        <message>
            <source>Call and shell</source>
            <translation>Appel et shell</translation>
        </message>
        <message>
            <source>Browsing</source>
            <translation>Navigation</translation>
        </message>
        <message>
            <source>Downloads</source>
            <translation>Téléchargement</translation>
        </message>
        <message>
            <source>Trusted only</source>
            <translation>Confiance seule</translation>
        </message>
        <message>
            <source>Own</source>
            <translation>Personnel</translation>
        </message>
        <message>
            <source>The wait follows what each connection turns out to be.</source>
            <translation>L’attente suit ce que chaque connexion se révèle être.</translation>
        </message>
        <message>
            <source>Somebody waits for every byte: another path helps after 20 ms.</source>
            <translation>Quelqu’un attend chaque octet : un autre chemin aide après 20 ms.</translation>
        </message>
        <message>
            <source>Somebody waits for pages: another path helps after 50 ms.</source>
            <translation>Quelqu’un attend des pages : un autre chemin aide après 50 ms.</translation>
        </message>
        <message>
            <source>Nobody waits, and it is much: another path helps after 2 s.</source>
            <translation>Personne n’attend, et c’est beaucoup : un autre chemin aide après 2 s.</translation>
        </message>
        <message>
            <source>Everything keeps to trusted paths; without one, it waits.</source>
            <translation>Tout reste sur les chemins de confiance ; sans un tel chemin, il attend.</translation>
        </message>
        <message>
            <source>What you have set below.</source>
            <translation>Ce que vous avez réglé ci-dessous.</translation>
        </message>
        <message>
            <source>call and shell</source>
            <translation>appel et shell</translation>
        </message>
        <message>
            <source>browsing</source>
            <translation>navigation</translation>
        </message>
        <message>
            <source>streaming</source>
            <translation>streaming</translation>
        </message>
        <message>
            <source>download</source>
            <translation>téléchargement</translation>
        </message>
        <message>
            <source>Always</source>
            <translation>Toujours</translation>
        </message>
        <message>
            <source>For an hour</source>
            <translation>Pendant une heure</translation>
        </message>
        <message>
            <source>Until restart</source>
            <translation>Jusqu’au redémarrage</translation>
        </message>
        <message>
            <source>handshake</source>
            <translation>poignée de main</translation>
        </message>
        <message>
            <source>trusted only</source>
            <translation>confiance seule</translation>
        </message>
        <message>
            <source>Wait</source>
            <translation>Attente</translation>
        </message>
        <message>
            <source>Multipath</source>
            <translation>Multipath</translation>
        </message>
        <message>
            <source>Lowest delay</source>
            <translation>Délai le plus court</translation>
        </message>
        <message>
            <source>Holds</source>
            <translation>Valable</translation>
        </message>
        <message>
            <source>metered paths</source>
            <translation>chemins facturés à l’usage</translation>
        </message>
        <message>
            <source>unmetered paths</source>
            <translation>chemins non facturés à l’usage</translation>
        </message>
        <message>
            <source>trusted paths</source>
            <translation>chemins de confiance</translation>
        </message>
        <message>
            <source>untrusted paths</source>
            <translation>chemins sans confiance</translation>
        </message>
        <message>
            <source>all other paths</source>
            <translation>tous les autres chemins</translation>
        </message>
        <message>
            <source>{part}: {before} → {after}</source>
            <translation>{part} : {before} → {after}</translation>
        </message>
        <message>
            <source>trust {demand}</source>
            <translation>confiance : {demand}</translation>
        </message>
        <message>
            <source>{rule} (until {time})</source>
            <translation>{rule} (jusqu’à {time})</translation>
        </message>
        <message>
            <source>first {bytes}</source>
            <translation>les premiers {bytes}</translation>
        </message>
        <message>
            <source>{demand}, strictly</source>
            <translation>{demand}, strictement</translation>
        </message>
        <message>
            <source>{intent} ({wait})</source>
            <translation>{intent} ({wait})</translation>
        </message>
        <message>
            <source>as the path itself</source>
            <translation>comme le chemin lui-même</translation>
        </message>
        <message>
            <source>{value} (other rules)</source>
            <translation>{value} (autres règles)</translation>
        </message>
        <message>
            <source>{rule} (decided above: {overruled})</source>
            <translation>{rule} (décidé plus haut : {overruled})</translation>
        </message>
        <message>
            <source>{path}: {tier}</source>
            <translation>{path} : {tier}</translation>
        </message>
        <message>
            <source>multipath {state}</source>
            <translation>multipath {state}</translation>
        </message>
        <message>
            <source>lowest delay {state}</source>
            <translation>délai le plus court {state}</translation>
        </message>
        <message>
            <source>big transfers to {path}</source>
            <translation>gros transferts par {path}</translation>
        </message>
        <message>
            <source>leaves congested paths</source>
            <translation>quitte les chemins congestionnés</translation>
        </message>
        <message>
            <source>{rule} (your administrator's, {file})</source>
            <translation>{rule} (de l’administrateur, {file})</translation>
        </message>
        <message>
            <source>{rule} (until restart)</source>
            <translation>{rule} (jusqu’au redémarrage)</translation>
        </message>
        <message>
            <source>{count} path rule</source>
            <translation>{count} règle de chemin</translation>
        </message>
        <message>
            <source>{count} path rules</source>
            <translation>{count} règles de chemin</translation>
        </message>
        <message>
            <source>lowest delay</source>
            <translation>délai le plus court</translation>
        </message>
        <message>
            <source>the connections to a name cannot be counted here</source>
            <translation>les connexions vers un nom ne peuvent être comptées ici</translation>
        </message>
        <message>
            <source>{count} subflow on {path} will be closed</source>
            <translation>{count} sous-flux sur {path} sera fermé</translation>
        </message>
        <message>
            <source>{count} subflows on {path} will be closed</source>
            <translation>{count} sous-flux sur {path} seront fermés</translation>
        </message>
        <message>
            <source>several paths</source>
            <translation>plusieurs chemins</translation>
        </message>
        <message>
            <source>one path</source>
            <translation>un seul chemin</translation>
        </message>
        <message>
            <source>{count} connection is affected</source>
            <translation>{count} connexion est concernée</translation>
        </message>
        <message>
            <source>{count} connections are affected</source>
            <translation>{count} connexions sont concernées</translation>
        </message>
        <message>
            <source>no open connection is affected</source>
            <translation>aucune connexion ouverte n’est concernée</translation>
        </message>
        <message>
            <source>decides nothing</source>
            <translation>ne décide rien</translation>
        </message>
        <message>
            <source>as programs ask</source>
            <translation>comme les programmes le demandent</translation>
        </message>
        <message>
            <source>Back to {value}</source>
            <translation>Revenir à {value}</translation>
        </message>
        <message>
            <source> s</source>
            <translation> s</translation>
        </message>
        <message>
            <source>On</source>
            <translation>Activé</translation>
        </message>
        <message>
            <source>Off</source>
            <translation>Désactivé</translation>
        </message>
        <message>
            <source>It cannot be set here: {reason}.</source>
            <translation>Il ne peut être réglé ici : {reason}.</translation>
        </message>
        <message>
            <source>Kept as {value} over restarts, in {file}.</source>
            <translation>Gardé à {value} après un redémarrage, dans {file}.</translation>
        </message>
        <message>
            <source>Beware: {warning}.</source>
            <translation>Attention : {warning}.</translation>
        </message>
        <message>
            <source>The kernel's default: {value}.</source>
            <translation>Valeur par défaut du noyau : {value}.</translation>
        </message>
        <message>
            <source>Until the next start only.</source>
            <translation>Jusqu’au prochain démarrage seulement.</translation>
        </message>
        <message>
            <source>a file</source>
            <translation>un fichier</translation>
        </message>
        <message>
            <source>1 min</source>
            <translation>1 min</translation>
        </message>
        <message>
            <source>10 min</source>
            <translation>10 min</translation>
        </message>
        <message>
            <source>2 h</source>
            <translation>2 h</translation>
        </message>
        <message>
            <source>24 h</source>
            <translation>24 h</translation>
        </message>
        <message>
            <source>{day} {month}</source>
            <translation>{day} {month}</translation>
        </message>
        <message>
            <source>{carried}; {helped} of it because data was late.</source>
            <translation>{carried} ; dont {helped} parce que des données étaient en retard.</translation>
        </message>
        <message>
            <source>{waited} of {allowed} ms</source>
            <translation>{waited} sur {allowed} ms</translation>
        </message>
        <message>
            <source>With {wait}, about {amount} of last week's {moved} would have gone over a backup.</source>
            <translation>Avec {wait}, environ {amount} des {moved} de la semaine dernière seraient passés par un chemin de secours.</translation>
        </message>
        <message>
            <source>An estimate, from {known} of which the wait is known.</source>
            <translation>Une estimation, d’après {known} dont l’attente est connue.</translation>
        </message>
        <message>
            <source>Really, {amount} went over a backup, once.</source>
            <translation>En réalité, {amount} sont passés par un chemin de secours, une fois.</translation>
        </message>
        <message>
            <source>Really, {amount} went over a backup, {count} times.</source>
            <translation>En réalité, {amount} sont passés par un chemin de secours, {count} fois.</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>Jour</translation>
        </message>
        <message>
            <source>Week</source>
            <translation>Semaine</translation>
        </message>
        <message>
            <source>Month</source>
            <translation>Mois</translation>
        </message>
        <message>
            <source>Today, {date}</source>
            <translation>Aujourd’hui, {date}</translation>
        </message>
        <message>
            <source>Yesterday, {date}</source>
            <translation>Hier, {date}</translation>
        </message>
        <message>
            <source>{amount} over {path}</source>
            <translation>{amount} par {path}</translation>
        </message>
        <message>
            <source>{carried}.</source>
            <translation>{carried}.</translation>
        </message>
        <message>
            <source>Other traffic and headers</source>
            <translation>Divers et en-têtes</translation>
        </message>
        <message>
            <source>Other users</source>
            <translation>Autres utilisateurs</translation>
        </message>
        <message>
            <source>Because late</source>
            <translation>Retard</translation>
        </message>
        <message>
            <source>Helped</source>
            <translation>Aidé</translation>
        </message>
        <message>
            <source>Waited</source>
            <translation>Attendu</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>rien</translation>
        </message>
        <message>
            <source>at most {amount}</source>
            <translation>au plus {amount}</translation>
        </message>
        <message>
            <source>How long its data waited is not known: while it was looked at it sent nothing, or had no second path. Look again after a while.</source>
            <translation>On ne sait pas combien de temps les données ont attendu : pendant l’observation, rien n’a été envoyé ou il n’y avait pas de second chemin. Revenez plus tard.</translation>
        </message>
        <message>
            <source>With “never”, nothing of last week's {moved} would have gone over a backup because of late data.</source>
            <translation>Avec « jamais », rien des {moved} de la semaine dernière ne serait passé par un chemin de secours à cause de données en retard.</translation>
        </message>
        <message>
            <source>With 0 ms all paths are pooled: at most {amount} of last week's {moved} would have gone over others.</source>
            <translation>Avec 0 ms tous les chemins sont groupés : au plus {amount} des {moved} de la semaine dernière seraient passés par d’autres.</translation>
        </message>
        <message>
            <source>Nothing was carried over metered paths.</source>
            <translation>Rien n’a été transféré par des chemins facturés à l’usage.</translation>
        </message>
        <message>
            <source>Nothing was carried.</source>
            <translation>Rien n’a été transféré.</translation>
        </message>
        <message>
            <source>{count} other path</source>
            <translation>{count} autre chemin</translation>
        </message>
        <message>
            <source>{count} other paths</source>
            <translation>{count} autres chemins</translation>
        </message>
        <message>
            <source>Monday</source>
            <translation>lundi</translation>
        </message>
        <message>
            <source>Tuesday</source>
            <translation>mardi</translation>
        </message>
        <message>
            <source>Wednesday</source>
            <translation>mercredi</translation>
        </message>
        <message>
            <source>Thursday</source>
            <translation>jeudi</translation>
        </message>
        <message>
            <source>Friday</source>
            <translation>vendredi</translation>
        </message>
        <message>
            <source>Saturday</source>
            <translation>samedi</translation>
        </message>
        <message>
            <source>Sunday</source>
            <translation>dimanche</translation>
        </message>
        <message>
            <source>Mon</source>
            <translation>lun.</translation>
        </message>
        <message>
            <source>Tue</source>
            <translation>mar.</translation>
        </message>
        <message>
            <source>Wed</source>
            <translation>mer.</translation>
        </message>
        <message>
            <source>Thu</source>
            <translation>jeu.</translation>
        </message>
        <message>
            <source>Fri</source>
            <translation>ven.</translation>
        </message>
        <message>
            <source>Sat</source>
            <translation>sam.</translation>
        </message>
        <message>
            <source>Sun</source>
            <translation>dim.</translation>
        </message>
        <message>
            <source>January</source>
            <translation>janvier</translation>
        </message>
        <message>
            <source>February</source>
            <translation>février</translation>
        </message>
        <message>
            <source>March</source>
            <translation>mars</translation>
        </message>
        <message>
            <source>April</source>
            <translation>avril</translation>
        </message>
        <message>
            <source>May</source>
            <translation>mai</translation>
        </message>
        <message>
            <source>June</source>
            <translation>juin</translation>
        </message>
        <message>
            <source>July</source>
            <translation>juillet</translation>
        </message>
        <message>
            <source>August</source>
            <translation>août</translation>
        </message>
        <message>
            <source>September</source>
            <translation>septembre</translation>
        </message>
        <message>
            <source>October</source>
            <translation>octobre</translation>
        </message>
        <message>
            <source>November</source>
            <translation>novembre</translation>
        </message>
        <message>
            <source>December</source>
            <translation>décembre</translation>
        </message>
        <message>
            <source>{what}: {words}</source>
            <translation>{what} : {words}</translation>
        </message>
        <message>
            <source>{words} and {last}</source>
            <translation>{words} et {last}</translation>
        </message>
        <message>
            <source>,</source>
            <translation> </translation>
        </message>
        <message>
            <source>.</source>
            <translation>,</translation>
        </message>
        <message>
            <source>Enforcing is paused until {time}.</source>
            <translation>L’application des règles est suspendue jusqu’à {time}.</translation>
        </message>
        <message>
            <source>Enforcing is paused until {time}: nothing is held to trusted paths, and late data gets no help.</source>
            <translation>L’application des règles est suspendue jusqu’à {time} : rien n’est tenu aux chemins de confiance, et les données en retard ne reçoivent aucune aide.</translation>
        </message>
        <message>
            <source>mpmanagerd does not run: nothing is decided.</source>
            <translation>mpmanagerd ne tourne pas : rien n’est décidé.</translation>
        </message>
        <message>
            <source>Looking for mpmanagerd.</source>
            <translation>Recherche de mpmanagerd.</translation>
        </message>
        <message>
            <source>Nothing names its network at the moment, so only the interface can be decided on.</source>
            <translation>Rien ne nomme son réseau pour l’instant : on ne peut décider que de l’interface.</translation>
        </message>
        <message>
            <source>The daemon is not connected: nothing can be changed at the moment.</source>
            <translation>Le démon n’est pas connecté : rien ne peut être changé pour l’instant.</translation>
        </message>
        <message>
            <source>Decided automatically: you have said nothing about it.</source>
            <translation>Décidé automatiquement : vous n’en avez rien dit.</translation>
        </message>
        <message>
            <source>{path} is {level} now, whatever network it is in</source>
            <translation>{path} est maintenant {level}, quel que soit son réseau</translation>
        </message>
        <message>
            <source>Trusted</source>
            <translation>De confiance</translation>
        </message>
        <message>
            <source>Untrusted</source>
            <translation>Sans confiance</translation>
        </message>
        <message>
            <source>Connections may open here, and programs that are held to trusted paths may use it.</source>
            <translation>Les connexions peuvent s’ouvrir ici, et les programmes tenus aux chemins de confiance peuvent l’utiliser.</translation>
        </message>
        <message>
            <source>Connections open elsewhere while they can, and programs that are held to trusted paths avoid it.</source>
            <translation>Les connexions s’ouvrent ailleurs tant qu’elles peuvent, et les programmes tenus aux chemins de confiance l’évitent.</translation>
        </message>
        <message>
            <source>untrusted</source>
            <translation>sans confiance</translation>
        </message>
        <message>
            <source>Trust this network</source>
            <translation>Faire confiance à ce réseau</translation>
        </message>
        <message>
            <source>Do not trust this network</source>
            <translation>Ne pas faire confiance à ce réseau</translation>
        </message>
        <message>
            <source>Trust this interface, whatever network it is in</source>
            <translation>Faire confiance à cette interface, quel que soit son réseau</translation>
        </message>
        <message>
            <source>Do not trust this interface, whatever network it is in</source>
            <translation>Ne pas faire confiance à cette interface, quel que soit son réseau</translation>
        </message>
        <message>
            <source>In other networks: trusted, as you have said of this interface.</source>
            <translation>Dans d’autres réseaux : de confiance, comme vous l’avez dit de cette interface.</translation>
        </message>
        <message>
            <source>In other networks: untrusted, as you have said of this interface.</source>
            <translation>Dans d’autres réseaux : sans confiance, comme vous l’avez dit de cette interface.</translation>
        </message>
        <message>
            <source>Automatically it would be trusted: {reason}.</source>
            <translation>Automatiquement, il serait de confiance : {reason}.</translation>
        </message>
        <message>
            <source>Automatically it would be untrusted: {reason}.</source>
            <translation>Automatiquement, il serait sans confiance : {reason}.</translation>
        </message>
        <message>
            <source>Back to automatic</source>
            <translation>Revenir à l’automatique</translation>
        </message>
        <message>
            <source>Back to automatic (would be trusted)</source>
            <translation>Revenir à l’automatique (serait de confiance)</translation>
        </message>
        <message>
            <source>Back to automatic (would be untrusted)</source>
            <translation>Revenir à l’automatique (serait sans confiance)</translation>
        </message>
        <message>
            <source>you have said so of this network</source>
            <translation>vous l’avez dit de ce réseau</translation>
        </message>
        <message>
            <source>you have said so of this interface</source>
            <translation>vous l’avez dit de cette interface</translation>
        </message>
        <message>
            <source>{path}: trust is automatic now</source>
            <translation>{path} : la confiance est maintenant automatique</translation>
        </message>
        <message>
            <source>{name} is {level} now</source>
            <translation>{name} est maintenant {level}</translation>
        </message>
        <message>
            <source>{path} is {level} now in other networks</source>
            <translation>{path} est maintenant {level} dans d’autres réseaux</translation>
        </message>
        <message>
            <source>{path}: what you had said of this network is taken back</source>
            <translation>{path} : ce que vous aviez dit de ce réseau est retiré</translation>
        </message>
        <message>
            <source>{path}: what you had said of this interface is taken back</source>
            <translation>{path} : ce que vous aviez dit de cette interface est retiré</translation>
        </message>
        <message>
            <source>The network of {path}</source>
            <translation>Le réseau de {path}</translation>
        </message>
        <message>
            <source>Neither its program nor its control group is known, so no rule can be about it alone: it follows the default.</source>
            <translation>Ni son programme ni son groupe de contrôle ne sont connus, aucune règle ne peut donc ne concerner qu’elle : elle suit la valeur par défaut.</translation>
        </message>
        <message>
            <source>{wait}, then another path helps</source>
            <translation>{wait}, puis un autre chemin aide</translation>
        </message>
        <message>
            <source>Up to {wait}: when data waits longer, a path in the lane When needed helps</source>
            <translation>Jusqu’à {wait} : si des données attendent plus, un chemin de la voie « Si besoin » aide</translation>
        </message>
        <message>
            <source>The rule for {rule} says so.</source>
            <translation>Ainsi le dit la règle de {rule}.</translation>
        </message>
        <message>
            <source>{who}: data may wait {wait} now</source>
            <translation>{who} : les données peuvent maintenant attendre {wait}</translation>
        </message>
        <message>
            <source>differs</source>
            <translation>variable</translation>
        </message>
        <message>
            <source>no limit</source>
            <translation>illimité</translation>
        </message>
        <message>
            <source>pools its paths</source>
            <translation>groupe ses chemins</translation>
        </message>
        <message>
            <source>waits without limit</source>
            <translation>attend sans limite</translation>
        </message>
        <message>
            <source>waits up to {wait}</source>
            <translation>attend jusqu’à {wait}</translation>
        </message>
        <message>
            <source>program</source>
            <translation>programme</translation>
        </message>
        <message>
            <source>default</source>
            <translation>défaut</translation>
        </message>
        <message>
            <source>group</source>
            <translation>groupe</translation>
        </message>
        <message>
            <source>rule</source>
            <translation>règle</translation>
        </message>
        <message>
            <source>0 ms: pool all paths</source>
            <translation>0 ms : grouper tous les chemins</translation>
        </message>
        <message>
            <source>No limit: another path only if nothing else is left</source>
            <translation>Sans limite : un autre chemin seulement s’il ne reste rien d’autre</translation>
        </message>
        <message>
            <source>Its connections follow different rules</source>
            <translation>Ses connexions suivent des règles différentes</translation>
        </message>
        <message>
            <source>No wait: paths in the lane When needed carry at once, pooled with the others</source>
            <translation>Pas d’attente : les chemins de la voie « Si besoin » acheminent aussitôt, groupés avec les autres</translation>
        </message>
        <message>
            <source>No limit: data waits for its own path; others stand by until nothing else is left</source>
            <translation>Sans limite : les données attendent leur propre chemin ; les autres restent en attente tant qu’il en reste un</translation>
        </message>
        <message>
            <source>The default says so; move the slider to give it a rule of its own.</source>
            <translation>Ainsi le dit la règle par défaut ; déplacez le curseur pour lui donner sa propre règle.</translation>
        </message>
        <message>
            <source>The program itself asked for it ({option}), which counts before every rule.</source>
            <translation>Le programme lui-même l’a demandé ({option}), ce qui compte avant toute règle.</translation>
        </message>
        <message>
            <source>{who} follows the default now ({wait})</source>
            <translation>{who} suit maintenant la valeur par défaut ({wait})</translation>
        </message>
        <message>
            <source>{who}: all paths are pooled now</source>
            <translation>{who} : tous les chemins sont maintenant groupés</translation>
        </message>
        <message>
            <source>{who}: others help only when nothing else is left</source>
            <translation>{who} : les autres n’aident que s’il ne reste rien d’autre</translation>
        </message>
        <message>
            <source>Wi-Fi</source>
            <translation>Wi-Fi</translation>
        </message>
        <message>
            <source>LTE</source>
            <translation>LTE</translation>
        </message>
        <message>
            <source>xDSL</source>
            <translation>xDSL</translation>
        </message>
        <message>
            <source>Ethernet</source>
            <translation>Ethernet</translation>
        </message>
        <message>
            <source>VPN</source>
            <translation>VPN</translation>
        </message>
        <message>
            <source>Bluetooth</source>
            <translation>Bluetooth</translation>
        </message>
        <message>
            <source>Phone tether</source>
            <translation>Partage mobile</translation>
        </message>
        <message>
            <source>Virtual link</source>
            <translation>Lien virtuel</translation>
        </message>
        <message>
            <source>Link</source>
            <translation>Lien</translation>
        </message>
        <message>
            <source>connected</source>
            <translation>connecté</translation>
        </message>
        <message>
            <source>local network only</source>
            <translation>réseau local seulement</translation>
        </message>
        <message>
            <source>no address</source>
            <translation>sans adresse</translation>
        </message>
        <message>
            <source>switched off</source>
            <translation>désactivé</translation>
        </message>
        <message>
            <source>It has a carrier, an address and a way out.</source>
            <translation>Il a une porteuse, une adresse et une sortie.</translation>
        </message>
        <message>
            <source>It has no gateway: only its own network can be reached.</source>
            <translation>Il n’a pas de passerelle : seul son propre réseau est joignable.</translation>
        </message>
        <message>
            <source>It is connected, but nobody gave it an address.</source>
            <translation>Il est connecté, mais personne ne lui a donné d’adresse.</translation>
        </message>
        <message>
            <source>No carrier: the network is out of reach or the cable is unplugged.</source>
            <translation>Pas de porteuse : le réseau est hors de portée ou le câble débranché.</translation>
        </message>
        <message>
            <source>The interface is switched off.</source>
            <translation>L’interface est désactivée.</translation>
        </message>
        <message>
            <source>When needed</source>
            <translation>Si besoin</translation>
        </message>
        <message>
            <source>Backup</source>
            <translation>Secours</translation>
        </message>
        <message>
            <source>Never</source>
            <translation>Jamais</translation>
        </message>
        <message>
            <source>Used all the time</source>
            <translation>Utilisé tout le temps</translation>
        </message>
        <message>
            <source>Helps when data waits too long</source>
            <translation>Aide quand les données attendent trop</translation>
        </message>
        <message>
            <source>Only if nothing else is left</source>
            <translation>Seulement s’il ne reste rien d’autre</translation>
        </message>
        <message>
            <source>No subflow is made here</source>
            <translation>Aucun sous-flux n’est créé ici</translation>
        </message>
        <message>
            <source>open</source>
            <translation>ouvert</translation>
        </message>
        <message>
            <source>OWE</source>
            <translation>OWE</translation>
        </message>
        <message>
            <source>WEP</source>
            <translation>WEP</translation>
        </message>
        <message>
            <source>WPA</source>
            <translation>WPA</translation>
        </message>
        <message>
            <source>WPA2</source>
            <translation>WPA2</translation>
        </message>
        <message>
            <source>WPA3</source>
            <translation>WPA3</translation>
        </message>
        <message>
            <source>Enterprise</source>
            <translation>Entreprise</translation>
        </message>
        <message>
            <source>Trust: {badge}</source>
            <translation>Confiance : {badge}</translation>
        </message>
        <message>
            <source>Multipath: {badge}</source>
            <translation>Multipath : {badge}</translation>
        </message>
        <message>
            <source>MP: {badge}</source>
            <translation>MP : {badge}</translation>
        </message>
        <message>
            <source>What holds for whoever has no rule of its own.</source>
            <translation>Ce qui vaut pour tout ce qui n’a pas de règle propre.</translation>
        </message>
        <message>
            <source>Dismiss</source>
            <translation>Fermer</translation>
        </message>
        <message>
            <source>together</source>
            <translation>ensemble</translation>
        </message>
        <message>
            <source>not recorded</source>
            <translation>non enregistré</translation>
        </message>
        <message>
            <source>When the cap is reached</source>
            <translation>Quand le plafond est atteint</translation>
        </message>
        <message>
            <source>{amount} more today</source>
            <translation>{amount} aujourd’hui</translation>
        </message>
        <message>
            <source>No cap</source>
            <translation>Aucun plafond</translation>
        </message>
        <message>
            <source>Day of the month on which it begins anew</source>
            <translation>Jour du mois où il recommence</translation>
        </message>
        <message>
            <source>A month</source>
            <translation>Par mois</translation>
        </message>
        <message>
            <source>A day</source>
            <translation>Par jour</translation>
        </message>
        <message>
            <source>no cap</source>
            <translation>aucun</translation>
        </message>
        <message>
            <source>Such as 5 GB or 200 MB; empty for no cap</source>
            <translation>Par exemple 5 GB ou 200 MB ; vide pour aucun plafond</translation>
        </message>
        <message>
            <source>Begins on day</source>
            <translation>Commence le jour</translation>
        </message>
        <message>
            <source>Keep</source>
            <translation>Conserver</translation>
        </message>
        <message>
            <source>Keep: {change}</source>
            <translation>Conserver : {change}</translation>
        </message>
        <message>
            <source>Changes, the newest first</source>
            <translation>Modifications, la plus récente en premier</translation>
        </message>
        <message>
            <source>Changes</source>
            <translation>Modifications</translation>
        </message>
        <message>
            <source>Nothing was changed yet</source>
            <translation>Rien n’a encore été modifié</translation>
        </message>
        <message>
            <source>What you decide about paths, networks and applications is listed here, and can be taken back.</source>
            <translation>Ce que vous décidez des chemins, des réseaux et des applications est listé ici et peut être annulé.</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>Fermer</translation>
        </message>
        <message>
            <source>Ctrl+Z takes back the last one, Ctrl+Y makes it again.</source>
            <translation>Ctrl+Z annule la dernière, Ctrl+Y la rétablit.</translation>
        </message>
        <message>
            <source>mean of each {seconds} s</source>
            <translation>moyenne de chaque {seconds} s</translation>
        </message>
        <message>
            <source>Paths: {names}; {scale}</source>
            <translation>Chemins : {names} ; {scale}</translation>
        </message>
        <message>
            <source>Whose data: {name}</source>
            <translation>Données de : {name}</translation>
        </message>
        <message>
            <source>What if</source>
            <translation>Et si</translation>
        </message>
        <message>
            <source>Try what a wait would have cost; nothing is changed by that.</source>
            <translation>Essayez ce qu’une attente aurait coûté ; cela ne change rien.</translation>
        </message>
        <message>
            <source>What a wait would have cost</source>
            <translation>Ce qu’une attente aurait coûté</translation>
        </message>
        <message>
            <source>Everything you run</source>
            <translation>Tous vos programmes</translation>
        </message>
        <message>
            <source>Nothing is recorded of it in the last seven days.</source>
            <translation>Rien n’en est enregistré ces sept derniers jours.</translation>
        </message>
        <message>
            <source>Drop it to see what it would change</source>
            <translation>Déposez-le pour voir ce qu’il changerait</translation>
        </message>
        <message>
            <source>Double click or Enter: why, on the Live page</source>
            <translation>Double clic ou Entrée : pourquoi, sur la page En direct</translation>
        </message>
        <message>
            <source>Last events, the newest first</source>
            <translation>Derniers événements, le plus récent d’abord</translation>
        </message>
        <message>
            <source>Filter: words, or app:… path: host: state:late</source>
            <translation>Filtre : mots, ou app:… path: host: state:late</translation>
        </message>
        <message>
            <source>Filter</source>
            <translation>Filtre</translation>
        </message>
        <message>
            <source>Copy</source>
            <translation>Copier</translation>
        </message>
        <message>
            <source>Copy {command}</source>
            <translation>Copier {command}</translation>
        </message>
        <message>
            <source>Measured</source>
            <translation>Mesuré</translation>
        </message>
        <message>
            <source>Means</source>
            <translation>Signifie</translation>
        </message>
        <message>
            <source>Fix</source>
            <translation>Remède</translation>
        </message>
        <message>
            <source>Capture its packets…</source>
            <translation>Capturer ses paquets…</translation>
        </message>
        <message>
            <source>−60 s</source>
            <translation>−60 s</translation>
        </message>
        <message>
            <source>Hold to trusted paths</source>
            <translation>Tenir aux chemins de confiance</translation>
        </message>
        <message>
            <source>Promise and proof</source>
            <translation>Promesse et preuve</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>Pourquoi</translation>
        </message>
        <message>
            <source>Why does it go this way?</source>
            <translation>Pourquoi ce chemin ?</translation>
        </message>
        <message>
            <source>Choose a row or a ribbon to read what it does and why, which rule said so, how long its data waited, and what another path carried for it.</source>
            <translation>Choisissez une ligne ou un ruban pour lire ce qu’il fait et pourquoi, quelle règle le veut, combien de temps ses données ont attendu et ce qu’un autre chemin a acheminé pour lui.</translation>
        </message>
        <message>
            <source>Stop capturing packets</source>
            <translation>Arrêter la capture</translation>
        </message>
        <message>
            <source>Take back</source>
            <translation>Annuler</translation>
        </message>
        <message>
            <source>Make again</source>
            <translation>Rétablir</translation>
        </message>
        <message>
            <source>Lane {lane}: {hint}</source>
            <translation>Voie {lane} : {hint}</translation>
        </message>
        <message>
            <source>Drag a path here</source>
            <translation>Glissez un chemin ici</translation>
        </message>
        <message>
            <source>Applications, connections and subflows</source>
            <translation>Applications, connexions et sous-flux</translation>
        </message>
        <message>
            <source>A rule for something that need not be running</source>
            <translation>Une règle pour ce qui n’a pas besoin de tourner</translation>
        </message>
        <message>
            <source>{condition} (optional)</source>
            <translation>{condition} (facultatif)</translation>
        </message>
        <message>
            <source>Automatic ({lane})</source>
            <translation>Automatique ({lane})</translation>
        </message>
        <message>
            <source>What its kind suggests</source>
            <translation>Ce que son type suggère</translation>
        </message>
        <message>
            <source>This link is …</source>
            <translation>Ce lien est…</translation>
        </message>
        <message>
            <source>What was detected</source>
            <translation>Ce qui a été détecté</translation>
        </message>
        <message>
            <source>RTT {time}</source>
            <translation>RTT {time}</translation>
        </message>
        <message>
            <source>Never, still in use: connections that began here keep it while they have no other path.</source>
            <translation>Jamais, encore utilisé : les connexions commencées ici le gardent tant qu’elles n’ont pas d’autre chemin.</translation>
        </message>
        <message>
            <source>Addresses: {addresses}</source>
            <translation>Adresses : {addresses}</translation>
        </message>
        <message>
            <source>Gateway: {gateways}</source>
            <translation>Passerelle : {gateways}</translation>
        </message>
        <message>
            <source>Drag to another lane, or press 1 to 4; Space opens the menu, Enter or a double click the details.</source>
            <translation>Glissez vers une autre voie, ou appuyez sur 1 à 4 ; Espace ouvre le menu, Entrée ou un double clic les détails.</translation>
        </message>
        <message>
            <source>Drag to another lane, or press 1 to 4; Enter opens the menu.</source>
            <translation>Glissez vers une autre voie, ou appuyez sur 1 à 4 ; Entrée ouvre le menu.</translation>
        </message>
        <message>
            <source>Trust …</source>
            <translation>Confiance…</translation>
        </message>
        <message>
            <source>Asks the gateway five times how fast it answers.</source>
            <translation>Demande cinq fois à la passerelle à quelle vitesse elle répond.</translation>
        </message>
        <message>
            <source>Lane</source>
            <translation>Voie</translation>
        </message>
        <message>
            <source>Probe now</source>
            <translation>Tester</translation>
        </message>
        <message>
            <source>Asking the gateway …</source>
            <translation>La passerelle est interrogée…</translation>
        </message>
        <message>
            <source>Use</source>
            <translation>Utilisation</translation>
        </message>
        <message>
            <source>Data cap</source>
            <translation>Plafond de données</translation>
        </message>
        <message>
            <source>What it would change …</source>
            <translation>Ce qu’il changerait…</translation>
        </message>
        <message>
            <source>More about {profile}</source>
            <translation>Plus sur {profile}</translation>
        </message>
        <message>
            <source>Use with a network, export, delete</source>
            <translation>Utiliser avec un réseau, exporter, supprimer</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Supprimer</translation>
        </message>
        <message>
            <source>Compare with</source>
            <translation>Comparer avec</translation>
        </message>
        <message>
            <source>Use with</source>
            <translation>Utiliser avec</translation>
        </message>
        <message>
            <source>Compare the fingerprint with its owner first, on another way than the file came.</source>
            <translation>Comparez d’abord l’empreinte avec son propriétaire, par une autre voie que celle du fichier.</translation>
        </message>
        <message>
            <source>Cannot be used (1)</source>
            <translation>Inutilisable (1)</translation>
        </message>
        <message>
            <source>Cannot be used ({count})</source>
            <translation>Inutilisables ({count})</translation>
        </message>
        <message>
            <source>Mend these lines in an editor and open the file again; nothing has been changed.</source>
            <translation>Corrigez ces lignes dans un éditeur et rouvrez le fichier ; rien n’a été changé.</translation>
        </message>
        <message>
            <source>How it is taken</source>
            <translation>Comment il est pris</translation>
        </message>
        <message>
            <source>Show how it is written</source>
            <translation>Montrer comment il est écrit</translation>
        </message>
        <message>
            <source>Take the rest, without what cannot be used</source>
            <translation>Prendre le reste, sans ce qui est inutilisable</translation>
        </message>
        <message>
            <source>Widens rights (1)</source>
            <translation>Étend des droits (1)</translation>
        </message>
        <message>
            <source>Widens rights ({count})</source>
            <translation>Étend des droits ({count})</translation>
        </message>
        <message>
            <source>Changes otherwise (1)</source>
            <translation>Change aussi (1)</translation>
        </message>
        <message>
            <source>Changes otherwise ({count})</source>
            <translation>Change aussi ({count})</translation>
        </message>
        <message>
            <source>Trust this signer</source>
            <translation>Faire confiance à ce signataire</translation>
        </message>
        <message>
            <source>Import</source>
            <translation>Importer</translation>
        </message>
        <message>
            <source>Import and activate</source>
            <translation>Importer et activer</translation>
        </message>
        <message>
            <source>Use it with this network</source>
            <translation>L’utiliser avec ce réseau</translation>
        </message>
        <message>
            <source>How it is written</source>
            <translation>Comment il est écrit</translation>
        </message>
        <message>
            <source>Preview</source>
            <translation>Aperçu</translation>
        </message>
        <message>
            <source>Keep it as</source>
            <translation>Enregistrer sous</translation>
        </message>
        <message>
            <source>Name of the profile</source>
            <translation>Nom du profil</translation>
        </message>
        <message>
            <source>What you decided stays where this profile says nothing else</source>
            <translation>Ce que vous avez décidé reste où ce profil ne dit rien d’autre</translation>
        </message>
        <message>
            <source>Replace current decisions</source>
            <translation>Remplacer les décisions actuelles</translation>
        </message>
        <message>
            <source>Add to current decisions</source>
            <translation>Ajouter aux décisions actuelles</translation>
        </message>
        <message>
            <source>What it calls paths, and which these are here</source>
            <translation>Comment il nomme les chemins, et lesquels ce sont ici</translation>
        </message>
        <message>
            <source>What would survive if a network went out of reach? Take it away and see.</source>
            <translation>Qu’est-ce qui continuerait si un réseau sortait de portée ? Retirez-le et voyez.</translation>
        </message>
        <message>
            <source>Rehearsal</source>
            <translation>Essai de panne</translation>
        </message>
        <message>
            <source>For how long, in seconds</source>
            <translation>Combien de temps, en secondes</translation>
        </message>
        <message>
            <source>Which path is taken away</source>
            <translation>Quel chemin est retiré</translation>
        </message>
        <message>
            <source>Nothing passes there meanwhile, and the link itself stays up. It ends by itself.</source>
            <translation>Rien n’y passe entre-temps, le lien lui-même reste actif. Cela se termine tout seul.</translation>
        </message>
        <message>
            <source>End it now</source>
            <translation>Terminer maintenant</translation>
        </message>
        <message>
            <source>Take it away</source>
            <translation>Retirer</translation>
        </message>
        <message>
            <source>{path} is away ...</source>
            <translation>{path} est absent…</translation>
        </message>
        <message>
            <source>Ending the rehearsal failed</source>
            <translation>L’arrêt de l’essai de panne a échoué</translation>
        </message>
        <message>
            <source>The rehearsal failed</source>
            <translation>L’essai de panne a échoué</translation>
        </message>
        <message>
            <source>As other rules say ({demand})</source>
            <translation>Comme disent d’autres règles ({demand})</translation>
        </message>
        <message>
            <source>Nothing is held to trusted paths.</source>
            <translation>Rien n’est tenu aux chemins de confiance.</translation>
        </message>
        <message>
            <source>What opens a connection carries its keys and keeps to trusted paths; what follows may use any path.</source>
            <translation>Ce qui ouvre une connexion porte ses clés et reste sur les chemins de confiance ; la suite peut utiliser tout chemin.</translation>
        </message>
        <message>
            <source>The handshake and the first bytes in each direction keep to trusted paths; what follows may use any path.</source>
            <translation>La poignée de main et les premiers octets de chaque sens restent sur les chemins de confiance ; la suite peut utiliser tout chemin.</translation>
        </message>
        <message>
            <source>Rule</source>
            <translation>Règle</translation>
        </message>
        <message>
            <source>Preset</source>
            <translation>Modèle</translation>
        </message>
        <message>
            <source>As other rules say</source>
            <translation>Comme disent d’autres règles</translation>
        </message>
        <message>
            <source>Refuse where no path is trusted</source>
            <translation>Refuser là où aucun chemin n’est de confiance</translation>
        </message>
        <message>
            <source>Prefer the path with the lowest delay</source>
            <translation>Préférer le chemin au délai le plus court</translation>
        </message>
        <message>
            <source>Bytes that keep to trusted paths, in each direction</source>
            <translation>Octets qui restent sur les chemins de confiance, dans chaque sens</translation>
        </message>
        <message>
            <source>This rule demands nothing of its own.</source>
            <translation>Cette règle n’exige rien d’elle-même.</translation>
        </message>
        <message>
            <source>Any path</source>
            <translation>Tout chemin</translation>
        </message>
        <message>
            <source>Handshake</source>
            <translation>Poignée de main</translation>
        </message>
        <message>
            <source>First bytes</source>
            <translation>Premiers octets</translation>
        </message>
        <message>
            <source>As it asks itself</source>
            <translation>Comme elle le demande</translation>
        </message>
        <message>
            <source>Several paths for programs that ask for Multipath TCP.</source>
            <translation>Plusieurs chemins pour les programmes qui demandent Multipath TCP.</translation>
        </message>
        <message>
            <source>Also for programs that know nothing of it, as far as that can be had.</source>
            <translation>Aussi pour les programmes qui n’en savent rien, autant que possible.</translation>
        </message>
        <message>
            <source>One path is enough for it.</source>
            <translation>Un seul chemin lui suffit.</translation>
        </message>
        <message>
            <source>How long its data may wait</source>
            <translation>Combien de temps ses données peuvent attendre</translation>
        </message>
        <message>
            <source>Paths it may use</source>
            <translation>Chemins qu’elle peut utiliser</translation>
        </message>
        <message>
            <source>Several paths at once (Multipath TCP)</source>
            <translation>Plusieurs chemins à la fois (Multipath TCP)</translation>
        </message>
        <message>
            <source>How long this holds</source>
            <translation>Combien de temps cela vaut</translation>
        </message>
        <message>
            <source>The rules about it, in the order in which they count</source>
            <translation>Les règles à son sujet, dans l’ordre où elles comptent</translation>
        </message>
        <message>
            <source>bytes in each direction</source>
            <translation>octets dans chaque sens</translation>
        </message>
        <message>
            <source>No rule: the backup stays a backup, and connections open on trusted paths.</source>
            <translation>Aucune règle : le secours reste un secours, et les connexions s’ouvrent sur des chemins de confiance.</translation>
        </message>
        <message>
            <source>Pages</source>
            <translation>Pages</translation>
        </message>
        <message>
            <source>Colours: {theme}</source>
            <translation>Couleurs : {theme}</translation>
        </message>
        <message>
            <source>Others trust what you sign when they know your key.</source>
            <translation>Les autres font confiance à ce que vous signez quand ils connaissent votre clé.</translation>
        </message>
        <message>
            <source>Copy your key</source>
            <translation>Copier votre clé</translation>
        </message>
        <message>
            <source>You trust no signer yet: open a signed profile, and say there that you do.</source>
            <translation>Vous ne faites encore confiance à aucun signataire : ouvrez un profil signé, et dites-le là.</translation>
        </message>
        <message>
            <source>Forget</source>
            <translation>Oublier</translation>
        </message>
        <message>
            <source>Trust {signer} no longer</source>
            <translation>Ne plus faire confiance à {signer}</translation>
        </message>
        <message>
            <source>Signatures</source>
            <translation>Signatures</translation>
        </message>
        <message>
            <source>Undo (Ctrl+Z)</source>
            <translation>Annuler (Ctrl+Z)</translation>
        </message>
        <message>
            <source>Looking for the daemon</source>
            <translation>Recherche du démon</translation>
        </message>
        <message>
            <source>This takes a moment.</source>
            <translation>Cela prend un instant.</translation>
        </message>
        <message>
            <source>The daemon is not running</source>
            <translation>Le démon ne fonctionne pas</translation>
        </message>
        <message>
            <source>{lowest} to {highest}; Enter sets it</source>
            <translation>{lowest} à {highest} ; Entrée le règle</translation>
        </message>
        <message>
            <source>Say nothing of it</source>
            <translation>N’en rien dire</translation>
        </message>
        <message>
            <source>Show the last {time}</source>
            <translation>Montrer : {time}</translation>
        </message>
        <message>
            <source>Range {range}: clear</source>
            <translation>Plage {range} : effacer</translation>
        </message>
        <message>
            <source>At most {rate}.</source>
            <translation>Au plus {rate}.</translation>
        </message>
        <message>
            <source>What was carried, over time</source>
            <translation>Ce qui a été transféré, au fil du temps</translation>
        </message>
        <message>
            <source>Some of the time was not measured.</source>
            <translation>Une partie du temps n’a pas été mesurée.</translation>
        </message>
        <message>
            <source>Chosen: {range}.</source>
            <translation>Choisi : {range}.</translation>
        </message>
        <message>
            <source>{path}: {down} down, {up} up</source>
            <translation>{path} : {down} en réception, {up} en envoi</translation>
        </message>
        <message>
            <source>Traffic of the last five minutes</source>
            <translation>Trafic des cinq dernières minutes</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>non mesuré</translation>
        </message>
        <message>
            <source>The first second is being measured</source>
            <translation>La première seconde est en cours de mesure</translation>
        </message>
        <message>
            <source>There is no path to measure</source>
            <translation>Il n’y a aucun chemin à mesurer</translation>
        </message>
        <message>
            <source>Trust in {path}: {level}</source>
            <translation>Confiance envers {path} : {level}</translation>
        </message>
        <message>
            <source>Trust in {path}: {level}, decided by you</source>
            <translation>Confiance envers {path} : {level}, décidé par vous</translation>
        </message>
        <message>
            <source>A click or Enter changes it.</source>
            <translation>Un clic ou Entrée le change.</translation>
        </message>
        <message>
            <source>Not proven: {program} could not be started.</source>
            <translation>Non prouvé : {program} n’a pas pu être démarré.</translation>
        </message>
        <message>
            <source>{who}: data may wait {wait}</source>
            <translation>{who} : attente permise : {wait}</translation>
        </message>
        <message>
            <source>Everything shown is simulated</source>
            <translation>Tout ce qui est montré est simulé</translation>
        </message>
        <message>
            <source>Simulated: none of this is real.</source>
            <translation>Simulé : rien de tout cela n’est réel.</translation>
        </message>
        <message>
            <source>Pausing failed</source>
            <translation>La suspension a échoué</translation>
        </message>
        <message>
            <source>Enforcing again failed</source>
            <translation>La reprise a échoué</translation>
        </message>
        <message>
            <source>Try again</source>
            <translation>Réessayer</translation>
        </message>
        <message>
            <source>Resume</source>
            <translation>Reprendre</translation>
        </message>
        <message>
            <source>you have said so</source>
            <translation>vous l’avez dit</translation>
        </message>
        <message>
            <source>it may be a network that you do not trust; what tells them apart is not known yet</source>
            <translation>ce peut être un réseau auquel vous ne faites pas confiance ; ce qui les distingue n’est pas encore connu</translation>
        </message>
        <message>
            <source>what you have said of networks is lost, and it may be one that you do not trust</source>
            <translation>ce que vous avez dit des réseaux est perdu, et c’en est peut-être un auquel vous ne faites pas confiance</translation>
        </message>
        <message>
            <source>who listens would have to be at the cable</source>
            <translation>pour écouter, il faudrait être sur le câble</translation>
        </message>
        <message>
            <source>the cable leads to a network with a login (802.1X)</source>
            <translation>le câble mène à un réseau avec authentification (802.1X)</translation>
        </message>
        <message>
            <source>you trust cables only where there is a login (802.1X), and here is none</source>
            <translation>vous ne faites confiance aux câbles qu’avec authentification (802.1X), et il n’y en a pas ici</translation>
        </message>
        <message>
            <source>cellular networks encrypt the air and know their telephones</source>
            <translation>les réseaux cellulaires chiffrent la radio et connaissent leurs téléphones</translation>
        </message>
        <message>
            <source>who listens would have to be at the telephone line</source>
            <translation>pour écouter, il faudrait être sur la ligne téléphonique</translation>
        </message>
        <message>
            <source>it encrypts what it carries</source>
            <translation>il chiffre ce qu’il achemine</translation>
        </message>
        <message>
            <source>paired devices encrypt the air</source>
            <translation>les appareils appairés chiffrent la radio</translation>
        </message>
        <message>
            <source>it leads to your telephone and counts as its cellular network does</source>
            <translation>il mène à votre téléphone et compte comme son réseau cellulaire</translation>
        </message>
        <message>
            <source>everybody in reach can overhear an open Wi-Fi</source>
            <translation>toute personne à portée peut écouter un Wi-Fi ouvert</translation>
        </message>
        <message>
            <source>it encrypts the air but does not prove who it is: anybody can pretend to be this network</source>
            <translation>il chiffre la radio mais ne prouve pas qui il est : n’importe qui peut se faire passer pour ce réseau</translation>
        </message>
        <message>
            <source>WEP is broken within minutes</source>
            <translation>WEP se casse en quelques minutes</translation>
        </message>
        <message>
            <source>WPA with TKIP is too weak</source>
            <translation>WPA avec TKIP est trop faible</translation>
        </message>
        <message>
            <source>WPA2 encrypts the air</source>
            <translation>WPA2 chiffre la radio</translation>
        </message>
        <message>
            <source>WPA3 encrypts the air</source>
            <translation>WPA3 chiffre la radio</translation>
        </message>
        <message>
            <source>the network proves with its certificate who it is</source>
            <translation>le réseau prouve par son certificat qui il est</translation>
        </message>
        <message>
            <source>its certificate is not validated: anybody can pretend to be this network</source>
            <translation>son certificat n’est pas vérifié : n’importe qui peut se faire passer pour ce réseau</translation>
        </message>
        <message>
            <source>nobody tells whether the network's certificate is validated</source>
            <translation>on ne sait pas si le certificat du réseau est vérifié</translation>
        </message>
        <message>
            <source>nobody tells how this Wi-Fi is encrypted</source>
            <translation>on ne sait pas comment ce Wi-Fi est chiffré</translation>
        </message>
        <message>
            <source>what lies behind a virtual link is not known</source>
            <translation>ce qu’il y a derrière un lien virtuel n’est pas connu</translation>
        </message>
        <message>
            <source>nobody tells what kind of network this is</source>
            <translation>on ne sait pas de quel type de réseau il s’agit</translation>
        </message>
        <message>
            <source>No address</source>
            <translation>Pas d’adresse</translation>
        </message>
        <message>
            <source>The network has not given this machine an address (yet): nothing can leave by this path.</source>
            <translation>Le réseau n’a pas (encore) donné d’adresse à cette machine : rien ne peut sortir par ce chemin.</translation>
        </message>
        <message>
            <source>Connect to this network again, or look at its DHCP server. A path that is not needed can be left out:</source>
            <translation>Reconnectez-vous à ce réseau, ou examinez son serveur DHCP. Un chemin inutile peut être écarté :</translation>
        </message>
        <message>
            <source>No gateway</source>
            <translation>Pas de passerelle</translation>
        </message>
        <message>
            <source>Only hosts of the same network can be reached by this path, and nothing behind it.</source>
            <translation>Ce chemin ne mène qu’aux machines du même réseau, et à rien au-delà.</translation>
        </message>
        <message>
            <source>Have the network tell a default gateway. A path that is not meant to lead further can be left out:</source>
            <translation>Faites annoncer une passerelle par défaut par le réseau. Un chemin qui ne doit pas mener plus loin peut être écarté :</translation>
        </message>
        <message>
            <source>No route for this source address</source>
            <translation>Pas de route pour cette adresse source</translation>
        </message>
        <message>
            <source>Rules or routes of another program come before those of mpmanager: no subflow leaves by this path.</source>
            <translation>Des règles ou des routes d’un autre programme passent avant celles de mpmanager : aucun sous-flux ne sort par ce chemin.</translation>
        </message>
        <message>
            <source>Look for rules with a priority before ours, and remove what another program has left there.</source>
            <translation>Cherchez les règles prioritaires sur les nôtres, et supprimez ce qu’un autre programme y a laissé.</translation>
        </message>
        <message>
            <source>The gateway is silent</source>
            <translation>La passerelle est muette</translation>
        </message>
        <message>
            <source>The first router does not answer. Some never answer echo requests; else it is off or out of reach.</source>
            <translation>Le premier routeur ne répond pas. Certains ne répondent jamais aux demandes d’écho ; sinon il est éteint ou hors de portée.</translation>
        </message>
        <message>
            <source>Restart the router or move closer to it; meanwhile other paths carry.</source>
            <translation>Redémarrez le routeur ou rapprochez-vous ; en attendant, d’autres chemins acheminent le trafic.</translation>
        </message>
        <message>
            <source>No name server</source>
            <translation>Pas de serveur de noms</translation>
        </message>
        <message>
            <source>Names cannot be resolved over this path. When it is the only one left, nothing will open by name.</source>
            <translation>Les noms ne peuvent pas être résolus par ce chemin. S’il reste seul, rien ne s’ouvrira par un nom.</translation>
        </message>
        <message>
            <source>Have the network, or your own settings of it, name a DNS server that can be reached there.</source>
            <translation>Faites indiquer par le réseau, ou par vos réglages, un serveur DNS qui y soit joignable.</translation>
        </message>
        <message>
            <source>A portal stands in between</source>
            <translation>Un portail s’interpose</translation>
        </message>
        <message>
            <source>This network wants a login in a browser before it lets anything pass.</source>
            <translation>Ce réseau exige une authentification dans un navigateur avant de laisser passer quoi que ce soit.</translation>
        </message>
        <message>
            <source>Log in there with a browser. Until then, keep connections off it:</source>
            <translation>Identifiez-vous-y avec un navigateur. D’ici là, tenez-en les connexions à l’écart :</translation>
        </message>
        <message>
            <source>The server cannot be reached</source>
            <translation>Le serveur est injoignable</translation>
        </message>
        <message>
            <source>No connection to the chosen server comes about over this path, with or without Multipath TCP.</source>
            <translation>Aucune connexion au serveur choisi ne s’établit par ce chemin, avec ou sans Multipath TCP.</translation>
        </message>
        <message>
            <source>Check the address and the port; where other paths reach it, this network filters it.</source>
            <translation>Vérifiez l’adresse et le port ; si d’autres chemins l’atteignent, ce réseau le filtre.</translation>
        </message>
        <message>
            <source>Multipath TCP is filtered on this path</source>
            <translation>Multipath TCP est filtré sur ce chemin</translation>
        </message>
        <message>
            <source>Something in this network removes the options of Multipath TCP: what opens here stays on this path.</source>
            <translation>Quelque chose dans ce réseau supprime les options de Multipath TCP : ce qui s’ouvre ici reste sur ce chemin.</translation>
        </message>
        <message>
            <source>Have connections open on another path, and this one only join or help:</source>
            <translation>Faites ouvrir les connexions sur un autre chemin, celui-ci ne servant qu’à rejoindre ou aider :</translation>
        </message>
        <message>
            <source>No subflow can join on this path</source>
            <translation>Aucun sous-flux ne peut se joindre sur ce chemin</translation>
        </message>
        <message>
            <source>Connections can open here and none can move here: as a backup this path is worth nothing.</source>
            <translation>Des connexions peuvent s’ouvrir ici, mais aucune ne peut y passer : comme secours, ce chemin ne vaut rien.</translation>
        </message>
        <message>
            <source>Rely on another path as the backup, and leave this one out:</source>
            <translation>Comptez sur un autre chemin de secours, et écartez celui-ci :</translation>
        </message>
        <message>
            <source>The other end speaks no Multipath TCP</source>
            <translation>L’autre extrémité ne parle pas Multipath TCP</translation>
        </message>
        <message>
            <source>Such connections are plain TCP: they stay on one path and break with it.</source>
            <translation>De telles connexions sont en TCP simple : elles restent sur un chemin et tombent avec lui.</translation>
        </message>
        <message>
            <source>Only the server's side can change that (Linux 5.6 or later, and a service that listens for it).</source>
            <translation>Seul le côté serveur peut y changer quelque chose (Linux 5.6 ou plus récent, et un service qui l’écoute).</translation>
        </message>
        <message>
            <source>Another path manager is active</source>
            <translation>Un autre gestionnaire de chemins est actif</translation>
        </message>
        <message>
            <source>New connections belong to somebody else: tiers, waits and helping do not hold for them.</source>
            <translation>Les nouvelles connexions appartiennent à un autre : voies, attentes et aide ne valent pas pour elles.</translation>
        </message>
        <message>
            <source>Stop the other one (mptcpd, or a setting that undoes ours), and start mpmanagerd again:</source>
            <translation>Arrêtez l’autre (mptcpd, ou un réglage qui annule le nôtre), et redémarrez mpmanagerd :</translation>
        </message>
        <message>
            <source>Another program may steer the same connections</source>
            <translation>Un autre programme dirige peut-être les mêmes connexions</translation>
        </message>
        <message>
            <source>A second path manager (mptcpd) opens and closes subflows of our connections as it likes; both waste subflows that the other one undoes. Who only looks (ip mptcp monitor) does no harm.</source>
            <translation>Un second gestionnaire de chemins (mptcpd) ouvre et ferme des sous-flux de nos connexions à sa guise ; chacun défait ce que l’autre établit. Qui ne fait que regarder (ip mptcp monitor) ne nuit pas.</translation>
        </message>
        <message>
            <source>Leave one of the two; to stop mptcpd, also at the next start:</source>
            <translation>Ne garder que l’un des deux ; pour arrêter mptcpd, y compris au prochain démarrage :</translation>
        </message>
        <message>
            <source>Endpoints of the kernel's path manager</source>
            <translation>Points d’extrémité du gestionnaire de chemins du noyau</translation>
        </message>
        <message>
            <source>NetworkManager, or somebody by hand, has set them. They have no effect on connections that mpmanager manages; those that were open before it, or are opened while it is stopped, may use these addresses.</source>
            <translation>NetworkManager, ou quelqu’un à la main, les a définis. Ils n’ont pas d’effet sur les connexions que gère mpmanager ; celles qui étaient ouvertes avant lui, ou qui s’ouvrent pendant son arrêt, peuvent utiliser ces adresses.</translation>
        </message>
        <message>
            <source>Nothing has to be done. To have none (NetworkManager: connection.mptcp-flags disabled):</source>
            <translation>Il n’y a rien à faire. Pour n’en avoir aucun (NetworkManager : connection.mptcp-flags disabled) :</translation>
        </message>
        <message>
            <source>This application does not use Multipath TCP</source>
            <translation>Cette application n’utilise pas Multipath TCP</translation>
        </message>
        <message>
            <source>Its connections stay on the path on which they were opened, and end when that is lost.</source>
            <translation>Ses connexions restent sur le chemin où elles ont été ouvertes, et se terminent quand il est perdu.</translation>
        </message>
        <message>
            <source>Have it use Multipath TCP from its next connections on:</source>
            <translation>Faites-lui utiliser Multipath TCP dès ses prochaines connexions :</translation>
        </message>
        <message>
            <source>The cap of this path is reached</source>
            <translation>Le plafond de ce chemin est atteint</translation>
        </message>
        <message>
            <source>It is kept from carrying more until the next period begins.</source>
            <translation>Il n’achemine plus rien jusqu’au début de la prochaine période.</translation>
        </message>
        <message>
            <source>Let it carry more for today, or wait until counting begins anew:</source>
            <translation>Laissez-le acheminer davantage aujourd’hui, ou attendez que le compte reparte à zéro :</translation>
        </message>
        <message>
            <source>A rule without effect</source>
            <translation>Une règle sans effet</translation>
        </message>
        <message>
            <source>What the lasting rule says holds again when the temporary one has ended.</source>
            <translation>Ce que dit la règle durable vaut de nouveau quand la temporaire est terminée.</translation>
        </message>
        <message>
            <source>End the temporary rule now:</source>
            <translation>Terminez maintenant la règle temporaire :</translation>
        </message>
        <message>
            <source>Newer kernels do more</source>
            <translation>Des noyaux plus récents font plus</translation>
        </message>
        <message>
            <source>mpmanager goes round it as said. It was tried over loopback, whatever the kernel's version says.</source>
            <translation>mpmanager contourne cela comme indiqué. Cela a été essayé sur la boucle locale, quelle que soit la version annoncée par le noyau.</translation>
        </message>
        <message>
            <source>Where it matters, use a newer kernel (Linux 6.12 has all that is tried here).</source>
            <translation>Là où cela importe, utilisez un noyau plus récent (Linux 6.12 a tout ce qui est essayé ici).</translation>
        </message>
        <message>
            <source>Something cannot be done on this machine</source>
            <translation>Quelque chose est impossible sur cette machine</translation>
        </message>
        <message>
            <source>What needs it is not enforced, or done in a lesser way; the rest works.</source>
            <translation>Ce qui en dépend n’est pas imposé, ou l’est moins bien ; le reste fonctionne.</translation>
        </message>
        <message>
            <source>See which of the requirements of mpmanager this machine does not meet:</source>
            <translation>Voyez quelles exigences de mpmanager cette machine ne remplit pas :</translation>
        </message>
    </context>
</TS>
