/* The words of the made-up tickets. Data only: tickets.c chooses and fills in. Each language was
 * written on its own, so that lengths and habits differ as they do in a real inbox. */
#include "sim/tickets_text.h"

const char *const ticket_snippets[TICKET_SNIPPETS] = {
    "```python\nclient = Client(token=TOKEN)\nfor page in client.orders(limit=100):\n"
    "    print(page.id)   # raises KeyError: 'cursor' on page 3\n```",
    "```\nError %e: connection reset by peer\n    at Socket.onclose (net.js:214:11)\n"
    "    at Pool.release (pool.js:88:5)\n```",
    "```sql\nSELECT order_id, SUM(amount) FROM invoices\nWHERE created_at >= '2026-10-01' GROUP BY "
    "1;\n"
    "-- returns the same order %n times\n```",
    "```json\n{\"event\":\"invoice.paid\",\"id\":\"%o\",\"attempt\":%n,\"status\":500}\n```",
};

const struct ticket_words ticket_words[TICKET_LANGUAGES] = {
    {.language = "en",
     .percent = 54,
     .hello = {"Hello,", "Hi team,"},
     .bye = {"Thanks in advance.", "Please get back to me this week."},
     .more = {"I have been a customer for %n years and this is the first time I write to you.",
              "My colleague tried the same on %d with the same outcome.",
              "I attached everything I could find; the reference is %o.",
              "Your chat assistant sent me in circles, so I hope a person reads this."},
     .topic =
         {[TOPIC_BILLING] = {{"Charged twice for %o", "Invoice does not match our plan"},
                             {"My card shows two charges of %a for order %o on %d, but I bought "
                              "%p only once. Please tell me which of the two is right.",
                              "The invoice of %d lists %n seats at %a although our contract says "
                              "we pay for fewer. Accounting will not release the payment."}},
          [TOPIC_REFUND] = {{"Still waiting for my money back", "Refund for %o"},
                            {"I returned %p on %d and the tracking says it arrived, yet the %a "
                             "have not reached my account.",
                             "Your shop promised a refund within %n days. It is now well past "
                             "that and order %o is still marked as paid."}},
          [TOPIC_BUG] = {{"%p crashes on start", "Export stops with %e"},
                         {"Since the update to %v the app closes itself about %n seconds after I "
                          "log in. Reinstalling did not help.",
                          "When I export more than %n rows the page answers with error %e and the "
                          "file is empty. It worked until %d."}},
          [TOPIC_ACCOUNT] = {{"Cannot log in any more", "Change of e-mail address"},
                             {"The code for the second factor never arrives, neither by text nor "
                              "by mail. I tried %n times today.",
                              "Our admin has left and nobody can manage the account for %p. How "
                              "can we move it to somebody else?"}},
          [TOPIC_SHIPPING] = {{"Where is order %o?", "Parcel arrived damaged"},
                              {"Order %o was to be here on %d. The carrier's page has not moved "
                               "for %n days.",
                               "The box was torn open and %p has a crack along the side. I have "
                               "photos of the parcel as it was delivered."}},
          [TOPIC_FEATURE] = {{"Could %p get a dark mode?", "Wish: schedule the reports"},
                             {"It would save us hours if reports could be sent by themselves "
                              "every Monday instead of clicking through %n screens.",
                              "Please consider keyboard shortcuts for %p. Half of our staff "
                              "cannot use a mouse for long."}},
          [TOPIC_CANCELLATION] = {{"Please cancel my subscription", "Ending the contract on %d"},
                                  {"I no longer need %p and want the subscription to end on %d. "
                                   "Kindly confirm that nothing more is charged.",
                                   "We are closing our branch and therefore cancel contract %o. "
                                   "What happens to our data afterwards?"}},
          [TOPIC_OTHER] = {{"A question before I buy", "Just wanted to say thank you"},
                           {"Does %p work without an internet connection, and is there a price "
                            "for schools? We would need about %n licences.",
                            "Whoever picked up the phone on %d solved my problem in minutes. "
                            "Please pass on my thanks."}}}},
    {.language = "de",
     .percent = 12,
     .hello = {"Guten Tag,", "Sehr geehrte Damen und Herren,"},
     .bye = {"Mit freundlichen Grüßen", "Vielen Dank für eine rasche Antwort."},
     .more = {"Ich habe deswegen schon am %d angerufen, leider ohne Ergebnis.",
              "Alle Unterlagen liegen bei, das Aktenzeichen lautet %o.",
              "Das ist innerhalb von %n Monaten bereits das zweite Mal.",
              "Bitte antworten Sie schriftlich, telefonisch bin ich schlecht zu erreichen."},
     .topic =
         {[TOPIC_BILLING] = {{"Doppelte Abbuchung", "Rechnung %o stimmt nicht"},
                             {"am %d wurden mir %a gleich zweimal abgebucht, obwohl ich nur eine "
                              "Bestellung (%o) aufgegeben habe.",
                              "auf der Rechnung fehlt unsere Umsatzsteuernummer, außerdem sind %n "
                              "Lizenzen zu viel aufgeführt."}},
          [TOPIC_REFUND] = {{"Rückerstattung fehlt", "Geld zurück für %o"},
                            {"ich habe %p fristgerecht zurückgeschickt, die %a sind aber bis "
                             "heute nicht gutgeschrieben.",
                             "laut Ihrer Nachricht vom %d sollte die Erstattung in %n Tagen da "
                             "sein. Passiert ist nichts."}},
          [TOPIC_BUG] = {{"Absturz nach Update %v", "Fehler %e beim Speichern"},
                         {"seit der Version %v stürzt %p beim Öffnen ab. Ein Neustart des "
                          "Rechners ändert nichts.",
                          "beim Speichern erscheint Fehler %e und die Eingaben von %n Stunden "
                          "sind verloren."}},
          [TOPIC_ACCOUNT] = {{"Anmeldung nicht möglich", "Passwort-Mail kommt nicht an"},
                             {"mein Konto ist angeblich gesperrt, obwohl ich mein Passwort "
                              "höchstens %n Mal falsch eingegeben habe.",
                              "die Nachricht zum Zurücksetzen des Passworts kommt nie an, auch "
                              "im Spamordner liegt sie nicht."}},
          [TOPIC_SHIPPING] = {{"Lieferung %o überfällig", "Paket beschädigt"},
                              {"die Bestellung %o sollte am %d geliefert werden, die "
                               "Sendungsverfolgung steht seit %n Tagen still.",
                               "der Karton war aufgerissen und an %p fehlt das Netzteil."}},
          [TOPIC_FEATURE] = {{"Vorschlag für %p", "Export nach Excel gewünscht"},
                             {"es wäre schön, wenn sich Berichte zeitgesteuert verschicken "
                              "ließen. Zurzeit mache ich das von Hand.",
                              "können Sie eine Ansicht für mehrere Standorte einbauen? Wir haben "
                              "inzwischen %n Filialen."}},
          [TOPIC_CANCELLATION] = {{"Kündigung zum %d", "Abo beenden"},
                                  {"hiermit kündige ich mein Abonnement für %p zum %d und bitte "
                                   "um eine Bestätigung.",
                                   "wir benötigen Vertrag %o nicht mehr. Bitte löschen Sie auch "
                                   "die gespeicherten Zahlungsdaten."}},
          [TOPIC_OTHER] = {{"Frage zum Datenschutz", "Lob"},
                           {"in welchem Land werden die Daten von %p gespeichert und wie lange?",
                            "Ihr Mitarbeiter hat mir am %d sehr geholfen, das wollte ich einmal "
                            "schreiben."}}}},
    {.language = "es",
     .percent = 8,
     .hello = {"Buenos días:", "Hola:"},
     .bye = {"Quedo a la espera de su respuesta.", "Un saludo."},
     .more = {"Ya escribí el %d y nadie me ha contestado.",
              "Adjunto una captura; el número de caso es %o.", "Me ha pasado %n veces este mes.",
              "Necesito una solución antes del fin de semana."},
     .topic =
         {[TOPIC_BILLING] = {{"Cobro duplicado", "Factura equivocada"},
                             {"El %d me cobraron %a dos veces por el mismo pedido %o.",
                              "En la factura aparece %p, que nunca he contratado."}},
          [TOPIC_REFUND] = {{"¿Cuándo me devuelven el dinero?", "Reembolso de %o"},
                            {"Devolví %p hace %n semanas y sigo sin recibir los %a.",
                             "Me confirmaron el reembolso el %d, pero el banco no ve nada."}},
          [TOPIC_BUG] = {{"La aplicación se cierra", "Error %e al pagar"},
                         {"Desde la versión %v la aplicación se cierra sola al abrir el "
                          "calendario.",
                          "Al pulsar pagar sale el error %e y hay que empezar de nuevo. Lo he "
                          "intentado en %n navegadores."}},
          [TOPIC_ACCOUNT] = {{"No puedo entrar en mi cuenta", "Cambiar el correo"},
                             {"El código de verificación no llega y ya lo he pedido %n veces.",
                              "Quiero cambiar el correo de mi cuenta, pero el antiguo ya no "
                              "existe."}},
          [TOPIC_SHIPPING] = {{"El pedido %o no llega", "Paquete abierto"},
                              {"El pedido %o debía llegar el %d y la página solo dice «en "
                               "camino».",
                               "El paquete llegó abierto y falta una pieza de %p."}},
          [TOPIC_FEATURE] = {{"Sugerencia para %p", "Modo sin conexión"},
                             {"Sería muy útil poder trabajar sin conexión y sincronizar después.",
                              "¿Podrían añadir el catalán a %p? Somos %n personas en la "
                              "oficina."}},
          [TOPIC_CANCELLATION] = {{"Baja del servicio", "Cancelar suscripción"},
                                  {"Quiero darme de baja de %p a partir del %d sin más cargos.",
                                   "Cancelen el contrato %o, hemos cambiado de proveedor."}},
          [TOPIC_OTHER] = {{"Consulta general", "Horario de atención"},
                           {"¿%p es compatible con equipos de hace %n años?",
                            "¿Atienden por teléfono los festivos? En la web no lo encuentro."}}}},
    {.language = "fr",
     .percent = 7,
     .hello = {"Bonjour,", "Madame, Monsieur,"},
     .bye = {"Cordialement", "Merci d'avance pour votre aide."},
     .more = {"J'ai déjà appelé le %d, sans succès.", "Vous trouverez la référence %o ci-jointe.",
              "C'est la %ne fois que cela arrive.", "Merci de ne pas me répondre par un robot."},
     .topic =
         {[TOPIC_BILLING] = {{"Double prélèvement", "Facture incompréhensible"},
                             {"%a ont été prélevés deux fois le %d pour la commande %o.",
                              "La facture mentionne %n utilisateurs, nous sommes bien moins "
                              "nombreux."}},
          [TOPIC_REFUND] = {{"Remboursement non reçu", "Retour de %p"},
                            {"Mon retour a été accepté le %d mais les %a n'arrivent toujours pas.",
                             "On m'avait promis un remboursement sous %n jours pour %o."}},
          [TOPIC_BUG] = {{"Plantage depuis %v", "Erreur %e"},
                         {"L'application plante à l'ouverture depuis la version %v, sur mes deux "
                          "appareils.",
                          "L'impression affiche l'erreur %e et la page reste blanche."}},
          [TOPIC_ACCOUNT] = {{"Connexion impossible", "Compte bloqué"},
                             {"Mon compte est bloqué après %n essais et le lien de déblocage est "
                              "périmé.",
                              "Je souhaite fusionner mes deux comptes %p."}},
          [TOPIC_SHIPPING] = {{"Colis %o en retard", "Colis abîmé"},
                              {"La commande %o devait être livrée le %d, aucune nouvelle depuis.",
                               "Le colis est arrivé trempé et %p ne s'allume pas."}},
          [TOPIC_FEATURE] = {{"Idée d'amélioration", "Export en PDF"},
                             {"Pourriez-vous permettre l'export de %p en PDF ?",
                              "Un tableau partagé entre %n équipes nous aiderait beaucoup."}},
          [TOPIC_CANCELLATION] = {{"Résiliation", "Fin d'abonnement au %d"},
                                  {"Je résilie mon abonnement à %p au %d, merci de confirmer.",
                                   "Veuillez clore le contrat %o et supprimer nos données."}},
          [TOPIC_OTHER] = {{"Question", "Remerciements"},
                           {"Existe-t-il une remise pour les associations ?",
                            "Un grand merci à la personne qui m'a aidé le %d."}}}},
    {.language = "pt",
     .percent = 4,
     .hello = {"Olá,", "Bom dia,"},
     .bye = {"Obrigado.", "Fico no aguardo."},
     .more = {"Já falei com o suporte no dia %d.", "O protocolo é %o.",
              "Isso já aconteceu %n vezes.", "Preciso disso resolvido com urgência."},
     .topic = {[TOPIC_BILLING] = {{"Cobrança em dobro", "Boleto errado"},
                                  {"Foram cobrados %a duas vezes pelo pedido %o.",
                                   "O boleto do dia %d veio com valor de %n usuários."}},
               [TOPIC_REFUND] = {{"Reembolso", "Devolução de %p"},
                                 {"Devolvi %p e o valor de %a não voltou para o cartão.",
                                  "O reembolso de %o foi aprovado há %n semanas."}},
               [TOPIC_BUG] = {{"Aplicativo trava", "Erro %e"},
                              {"Depois da versão %v o aplicativo trava na tela inicial.",
                               "Aparece o erro %e quando anexo mais de %n fotos."}},
               [TOPIC_ACCOUNT] = {{"Não consigo entrar", "Trocar senha"},
                                  {"O código de acesso não chega no meu celular.",
                                   "A conta de %p está no nome de um antigo funcionário."}},
               [TOPIC_SHIPPING] = {{"Pedido %o atrasado", "Caixa violada"},
                                   {"O pedido %o deveria chegar no dia %d.",
                                    "A caixa veio violada e faltam %n itens."}},
               [TOPIC_FEATURE] = {{"Sugestão", "Integração com planilhas"},
                                  {"Seria ótimo exportar %p direto para uma planilha.",
                                   "Vocês pretendem lançar uma versão para tablet?"}},
               [TOPIC_CANCELLATION] = {{"Cancelamento", "Encerrar assinatura"},
                                       {"Quero cancelar %p a partir do dia %d.",
                                        "Encerrem o contrato %o, por favor."}},
               [TOPIC_OTHER] = {{"Dúvida", "Elogio"},
                                {"%p funciona fora do Brasil?",
                                 "Parabéns pelo atendimento do dia %d!"}}}},
    {.language = "ja",
     .percent = 5,
     .hello = {"お世話になっております。", "はじめまして。"},
     .bye = {"よろしくお願いいたします。", "ご返信をお待ちしております。"},
     .more = {"%dにも電話で問い合わせましたが、解決していません。", "受付番号は%oです。",
              "同じことが今月だけで%n回ありました。", "社内の締め切りがあり、少し急いでおります。"},
     .topic =
         {[TOPIC_BILLING] = {{"二重請求について", "請求書の金額が違います"},
                             {"%dに注文%oの代金%aが二回引き落とされていました。",
                              "請求書に契約していない%pが含まれています。ご確認ください。"}},
          [TOPIC_REFUND] = {{"返金がまだです", "返品した商品の件"},
                            {"%pを返品しましたが、%aがまだ返金されていません。",
                             "%n日以内に返金と案内されましたが、入金がありません。"}},
          [TOPIC_BUG] = {{"アプリが落ちます", "エラー%eが出ます"},
                         {"%vに更新してから、起動するとすぐに画面が閉じてしまいます。",
                          "保存ボタンを押すとエラー%eが表示され、入力が消えます。"}},
          [TOPIC_ACCOUNT] = {{"ログインできません", "担当者変更のお願い"},
                             {"認証コードが届かず、%n回試してもログインできません。",
                              "管理者が退職したため、%pの権限を移していただけますか。"}},
          [TOPIC_SHIPPING] = {{"注文%oが届きません", "箱が破れていました"},
                              {"%dに到着予定の注文%oがまだ届いていません。",
                               "届いた箱が破れており、%pに傷がありました。写真を添付します。"}},
          [TOPIC_FEATURE] = {{"機能の要望", "%pの改善提案"},
                             {"レポートを毎週自動で送信できるようにしていただけると助かります。",
                              "%n拠点をまとめて表示できる画面がほしいです。"}},
          [TOPIC_CANCELLATION] = {{"解約のお願い", "契約終了について"},
                                  {"%pの契約を%dで解約したいです。手続きを教えてください。",
                                   "契約%oを終了し、登録情報の削除をお願いします。"}},
          [TOPIC_OTHER] = {{"購入前の質問", "お礼"},
                           {"%pは学校向けの割引がありますか。",
                            "先日は丁寧に対応していただき、ありがとうございました。"}}}},
    {.language = "zh",
     .percent = 10,
     .hello = {"您好，", "客服你好："},
     .bye = {"请尽快回复，谢谢。", "麻烦处理一下。"},
     .more = {"我%d已经打过电话，到现在没有结果。", "相关单号是%o，截图见附件。",
              "这个月已经出现了%n次。", "机器人客服答非所问，希望有人工回复。"},
     .topic = {[TOPIC_BILLING] = {{"重复扣款", "发票金额不对"},
                                  {"%d我的银行卡为订单%o扣了两次%a，可我只买了一次%p。",
                                   "发票上多开了%n个账号，财务不肯付款，请重新开具。"}},
               [TOPIC_REFUND] = {{"退款一直没到账", "订单%o退款"},
                                 {"%p已经退回并签收，但是%a至今没有退到我的账户。",
                                  "你们说%n天内退款，现在早就过了期限。"}},
               [TOPIC_BUG] = {{"更新后闪退", "保存时报错%e"},
                              {"升级到%v以后，应用一打开就闪退，重装也没有用。",
                               "点击保存就提示错误%e，填写的内容全部丢失。"}},
               [TOPIC_ACCOUNT] = {{"无法登录", "更换绑定手机"},
                                  {"收不到验证码，今天试了%n次都失败了。",
                                   "原来的管理员离职了，%p的账号怎么转给别人？"}},
               [TOPIC_SHIPPING] = {{"订单%o还没送到", "包裹破损"},
                                   {"订单%o应该在%d送达，物流信息已经%n天没有更新。",
                                    "收到时箱子是破的，%p外壳裂了一条缝，有照片为证。"}},
               [TOPIC_FEATURE] = {{"功能建议", "希望支持夜间模式"},
                                  {"希望报表可以每周自动发送，现在要手动点%n个页面。",
                                   "请给%p增加批量导入的功能。"}},
               [TOPIC_CANCELLATION] = {{"取消订阅", "终止合同%o"},
                                       {"不再需要%p了，请在%d停止续费并确认。",
                                        "我们要终止合同%o，数据会保留多久？"}},
               [TOPIC_OTHER] = {{"购买前咨询", "表扬"},
                                {"%p可以离线使用吗？学校有没有优惠？",
                                 "%d接电话的客服非常耐心，特此感谢。"}}}},
};
