"""Plain words of software and of its troubles in seven languages, each with its English word.

The entries are beginnings of words, without accents, so that endings do not matter: `verschick` is in `verschickt` and
in `verschicken`. They are of everyday vocabulary and hold no phrase of anybody's request.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

_GERMAN: Final = """
request=anfrag,anforderung; response=antwort; answer=antworte; database=datenbank; table=tabell; column=spalt;
row=zeil; query=abfrag; list=list; page=seit; form=formular; field=feld,felder; value=wert; number=zahl,nummer;
amount=betrag; date=datum; time=zeit; clock=uhr; customer=kund; user=nutzer,benutzer,anwender;
password=passwort,kennwort; account=konto; login=anmeld,einlogg; logout=abmeld; permission=berechtigung,recht;
role=roll; access=zugriff; key=schlussel; secret=geheim; encrypt=verschlussel; safe=sicher;
leak=durchgesickert,geleakt; attack=angriff,angreif; session=sitzung; order=bestellung,auftrag; invoice=rechnung;
payment=zahlung,bezahl; checkout=kass; cancel=abbrech,abgebroch,stornier; book=buch; seat=platz,sitzplatz;
mail=mail,email; message=nachricht,meldung; send=schick,verschick,versend,gesendet; receive=empfang,erhalt;
file=datei; upload=hochlad,hochgeladen; download=herunterlad; image=bild,abbild; report=bericht; export=export;
import=import; job=aufgab,job; queue=warteschlang; background=hintergrund; schedule=zeitplan; every=jed;
night=nacht,nachts; day=tag,taglich; hour=stund,stundlich; minute=minut; second=sekund; week=woch;
month=monat,monats; year=jahr; monday=montag; automatic=automatisch; later=spater; after=nach,nachdem;
before=bevor,vorher; during=wahrend; slow=langsam; fast=schnell; faster=schneller; hang=hang,hangt;
freeze=einfrier,einfriert; block=blockier; stop=stopp,anhalt; stuck=steckt,festgefahr; wait=wart;
crash=absturz,absturzt; die=stirb,stirbt; fail=scheiter,fehlschlag,fehlgeschlag; error=fehler; wrong=falsch;
broken=kaputt; lost=verlor,verlier; gone=weg,verschwund,verschwind; missing=fehlt,fehlend; twice=doppelt,zweimal;
again=erneut,nochmal,wieder; retry=wiederhol; sometimes=manchmal,gelegentlich; always=immer; never=nie,niemals;
everyone=alle,allen; others=ander,ubrig; nobody=niemand; one=einer,eine; two=zwei; simultaneous=gleichzeitig;
parallel=parallel; limit=begrenz,beschrank,hochstens; too many=zuviel; many=viel; big=gross,riesig; small=klein;
old=alt; new=neu; same=gleich,selb; different=unterschied,verschieden; only=nur; unknown=unbekannt;
reject=ablehn,abgelehnt,zuruckweis; allow=erlaub; refuse=verweiger; check=pruf,uberpruf,kontrollier;
validate=validier; review=begutacht,durchseh,durchschau; change=anderung,ander,geandert,andern; diff=unterschied;
merge=zusammenfuhr,zusammenfuhrung; branch=zweig; commit=commit; colleague=kolleg; rename=umbenenn,umbenannt;
add=hinzufug,erganz,anleg; create=erstell,erzeug; delete=losch,geloscht; remove=entfern; update=aktualisier;
insert=einfug; save=speicher; store=speicher,ableg; read=les,gelesen,lesen,liest; write=schreib;
load=lad,geladen,last; lock=sperr,gesperrt; index=index; downtime=ausfallzeit,stillstand; outage=ausfall,storung;
migration=migration; rollback=zuruckroll,ruckgangig; version=version; release=freigab,veroffentlich;
deploy=ausroll,bereitstell,einspiel; restart=neustart,neustarten; server=server; service=dienst;
machine=rechner,maschin; container=container; docker=docker; build=bau,baut; install=installier; package=paket;
dependency=abhangigkeit; library=bibliothek; module=modul; environment=umgebung;
configuration=konfiguration,einstellung; variable=variabl; test=test; suite=testsuit; alone=einzeln,allein;
together=zusamm,gemeinsam; random=zufallig; order of=reihenfolg; log=protokoll; trace=nachverfolg;
metric=metrik,kennzahl; monitor=uberwach; alert=alarm,warnung; health=gesundheit; backup=sicherung;
restore=wiederherstell,zuruckspiel; runbook=notfallplan; provider=anbieter,dienstleister; partner=partner;
external=extern,fremd; call=aufruf,anruf; connection=verbindung; timeout=zeituberschreitung,zeitlimit;
cache=zwischenspeicher; interface=schnittstell; endpoint=endpunkt; route=rout; browser=browser;
event loop=ereignisschleif; function=funktion; class=klass; type=typ; model=modell; schema=schema;
structure=struktur,aufbau; layer=schicht; assistant=assistent; tool=werkzeug; memory=arbeitsspeicher; cpu=prozessor;
core=kern; loop=schleif; thread=thread; process=prozess; code=code; tenant=mandant;
at the same time=zur gleichen zeit,auf einmal; at most=nicht mehr als,nie mehr als,maximal; undo=ruckgangig machen;
by hand=von hand; data=daten; address=adress; open=offn,geoffnet; close=schliess,geschloss; start=start,beginn;
end=ende; employee=mitarbeiter,angestellt; ignore=ignorier,verschluck; silently=still,stillschweigend;
token=token,marke; response time=antwortzeit; takes=dauer,braucht; see=sieh,seht; show=zeig,anzeig;
find=find,gefunden; fetch=abruf,hol,abhol; own=eigen; back=zuruck; convert=umwandel,konvertier; text=text;
comma=komma; parse=einles,parse; required=pflicht,erforderlich; optional=optional; empty=leer; total=summe,gesamt;
price=preis; product=produkt; search=such; sort=sortier; status=zustand,status; progress=fortschritt; pause=paus;
growing=wachs; incident=vorfall; on call=bereitschaft; documentation=dokumentation; percent=prozent; share=teil;
once=einmal; disk=festplatt; expired=abgelauf; reset=zurucksetz; notify=benachrichtig; approve=freigeb;
sign=signier; publish=veroffentlich; team=team; growth=wachstum; cost=kost; feature=funktionalitat;
startup=hochfahr; shut down=herunterfahr
"""

_FRENCH: Final = """
request=requet; response=repons; answer=repond; database=base,base de donnees; table=tabl; column=colonn; row=lign;
query=requet; list=list; page=page; form=formulair; field=champ; value=valeur; number=nombre,numero; amount=montant;
date=date; time=temps,heure,fois; customer=client; user=utilisateur; password=passe,mot de passe,mots de passe;
account=compt; login=connecter,connect,authentif,identifi; logout=deconnexion,deconnect;
permission=autorisation,permission,droit; role=role; access=acces; key=cle; secret=secret; encrypt=chiffr;
safe=securis; leak=fuite; attack=attaqu; session=session; order=command; invoice=factur; payment=paiement,payer;
checkout=caisse; cancel=annul; book=reserv; seat=place,siege; mail=courriel,mail; message=message; send=envoi,envoy;
receive=recev,recoi,recu; file=fichier; upload=televers; download=telecharg; image=image; report=rapport;
export=export; import=import; job=tache,travail; queue=file; background=arriere,arriere plan; schedule=planifi;
every=chaque,tous,toutes; night=nuit; day=jour; hour=heure; minute=minute; second=seconde; week=semaine; month=mois;
year=annee; automatic=automatiqu; later=plus tard; after=apres; before=avant; during=pendant; slow=lent;
fast=rapide,vite; hang=fig,gel; block=bloqu; stop=arret; stuck=coinc; wait=attend,attent; crash=plante,plantent;
die=meurt; fail=echou,echec; error=erreur; wrong=faux,mauvais; broken=casse; lost=perd,perdu;
gone=disparu,disparait; missing=manqu,absent; twice=deux fois,double; again=encore,nouveau; retry=reessay,relanc;
sometimes=parfois; never=jamais; everyone=monde,tout le monde; others=autre; nobody=personne; two=deux;
simultaneous=simultane; parallel=parallel; limit=limit,maximum; many=beaucoup,trop; big=gros,grand,enorme;
small=petit; old=ancien; new=nouve; same=meme; different=different; unknown=inconnu; reject=rejet;
allow=autoris,permet; refuse=refus; check=verifi,control; validate=valid; review=relis,relire,relecture,revue;
change=chang,modif; merge=fusion; branch=branche; colleague=collegue; rename=renomm; add=ajout; create=cre,creer;
delete=supprim,efface; update=mett,mise,actualis,mettre a jour,mise a jour; insert=inser; save=enregistr,sauvegard;
store=stock; read=lire,lit; write=ecri; load=charg; lock=verrou; index=index; downtime=interruption; outage=panne;
rollback=revenir,retour; version=version; release=livraison;
deploy=deploi,deploy,production,mise en production,mise en ligne; restart=redemarr; server=serveur,serveurs;
service=service; machine=machine; container=conteneur; build=constru,construction; install=install; package=paquet;
dependency=dependanc; library=bibliothequ; module=module; environment=environnement; configuration=configur,reglage;
test=test; alone=seul; together=ensemble; random=aleatoir; order of=ordre; log=journ,journaux; trace=suivre,trac;
metric=metriqu; monitor=surveill; alert=alert,alarm; health=sante; backup=sauvegarde; restore=restaur;
provider=fournisseur,prestatair; external=extern,tiers; call=appel; connection=connexion,connexions;
timeout=expir,delai; cache=cache; endpoint=route,endpoint,point d acces,point dacces; browser=navigateur;
function=fonction; class=classe; type=type; model=modele; schema=schema; structure=structur; layer=couche;
assistant=assistant; tool=outil; memory=memoire; core=coeur; loop=boucle; process=processus; lock file=verrouillage;
across=travers; page by page=pagin,page par page; at the same time=en meme temps,a la fois;
at most=au plus,au maximum,pas plus; several times=trois fois,plusieurs fois; one by one=un par un,une par une;
data=donnee; address=adress; open=ouvr; close=ferm; start=demarr,commenc; end=fin; employee=employ,salari;
ignore=ignor; silently=silenc; token=jeton; exceed=depass; takes=dure,prend; see=voi,voir; show=affich,montr;
find=trouv; fetch=recuper; convert=convert; text=text; comma=virgul; parse=analys; required=obligatoir; empty=vide;
total=somme,total; price=prix; product=produit; search=cherch,recherch; sort=tri; status=etat,statut;
progress=progress,avancement; incident=incident; on call=astreint; percent=pourcent,cent; code=code; disk=disque;
expired=expire; reset=reinitialis; notify=notifi,preven; sign=sign; publish=publi; folders=dossier;
organize=organis; production=production; slow down=ralenti
"""

_SPANISH: Final = """
request=peticion,solicitud; response=respuest; answer=respond; database=base,datos,base de datos; table=tabla;
column=columna; row=fila; query=consulta; list=lista,listado; page=pagina; form=formulario; field=campo;
value=valor; number=numero; amount=monto,importe; date=fecha; time=tiempo,hora; customer=cliente; user=usuari;
password=contrasen,clave,contrasena; account=cuenta; login=iniciar,sesion,acced,iniciar sesion; logout=cerrar;
permission=permis; role=rol; access=acceso; key=clave; secret=secreto; encrypt=cifr,encript; safe=segur;
leak=fuga,filtr; attack=ataque,atac; order=pedido; invoice=factura; payment=pago,pagar; cancel=cancel,anul;
book=reserv; seat=asiento,plaza; mail=correo,email; message=mensaje; send=envi; receive=recib; file=archivo,fichero;
upload=subir,suben,subid; download=descarg,bajar; image=imagen; report=informe,reporte; export=export;
import=import; job=tarea,trabajo; queue=cola; background=segundo plano; schedule=program; every=cada,todas,todos;
night=noche; day=dia; hour=hora; minute=minuto; second=segundo; week=semana; month=mes; year=ano;
automatic=automatic; later=luego; after=despues,tras; before=antes; during=mientras,durante; slow=lent,tarda;
fast=rapid; hang=cuelg,colgad; block=bloque; stop=para,parar,detien,deten; stuck=atascad; wait=esper,aguard;
crash=cae,caen,caida; die=muere; fail=fall; error=error; wrong=incorrect,mal; broken=rota,roto; lost=perd,pierd;
gone=desaparec; missing=falta; twice=dos veces,doble,duplic; again=otra vez,nuevo; retry=reintent;
sometimes=veces,a veces; never=nunca; everyone=todo; others=demas,otros,otras; nobody=nadie; two=dos;
simultaneous=simultane,vez; parallel=paralel; limit=limit,maximo; many=mucho,muchas,demasiad; big=grande,enorme;
small=pequen; old=viej,antig; new=nuev; same=mism; different=diferent,distint; unknown=desconocid; reject=rechaz;
allow=permit; check=comprob,verific; validate=valid; review=revis; change=cambi; merge=fusion,mezcl; branch=rama;
colleague=compan,coleg; rename=renombr; add=anad,agreg; create=crea; delete=borr,elimin; update=actualiz;
insert=insert; save=guard; store=almacen; read=leer,lee; write=escrib; load=carg; lock=bloqueo; index=indice;
downtime=interrupcion; outage=apagon,caida; migration=migracion; rollback=volver,deshac; version=version;
release=lanzamiento; deploy=despleg,despliegu; restart=reinici; server=servidor; service=servicio;
machine=maquina,ordenador; container=contenedor; build=constru; install=instal; package=paquete;
dependency=dependenc; library=bibliotec,libreria; module=modulo; environment=entorno; configuration=configur;
test=prueba,test; alone=sola,solo,aislad; together=junt; random=aleatori; order of=orden; log=registro,bitacora;
trace=rastre,traza,seguir; metric=metric; monitor=monitor,vigil; alert=alert,alarm; health=salud;
backup=respaldo,copia; restore=restaur,recuper; provider=proveedor; external=extern; call=llam; connection=conexion;
timeout=tiempo limite; cache=cache; endpoint=ruta,endpoint; browser=navegador; function=funcion; class=clase;
type=tipo; model=modelo; structure=estructur; layer=capa; assistant=asistente; tool=herramient; memory=memoria;
core=nucleo; loop=bucle; process=proceso; serializer=serializador; view=vista;
at the same time=a la vez,al mismo tiempo; at most=como mucho,como maximo,no mas de;
several times=tres veces,varias veces; times=veces; one by one=uno por uno,una por una; data=datos;
address=direccion; open=abr,abiert; start=empiez,empez,arranc; end=fin,final; employee=emplead; ignore=ignor;
silently=silenci; token=token; exceed=super; see=ven,ver,vemos; show=muestr,mostr; find=encuentr,encontr;
fetch=obten,trae; belongs=pertenec; convert=convert; accept=acept; text=texto,cadena; comma=coma;
parse=interpret,analiz; required=obligator; empty=vaci; total=suma,total; price=precio; product=producto;
search=busc,busqued; sort=orden; status=estado; progress=progres,avance; incident=incident; on call=guardia;
percent=porcient,ciento; insist=insist; disk=disco; expired=caduc,venc; reset=restablec; notify=avis,notific;
sign=firm; publish=public; thousands=miles; while=mientras; production=produccion; folders=carpet; organize=organiz;
compute=calcul
"""

_PORTUGUESE: Final = """
request=requisic,pedido,solicitac; response=respost; answer=respond; database=banco,dados,banco de dados;
table=tabela; column=coluna; row=linha; query=consulta; list=lista; page=pagina; form=formulario; field=campo;
value=valor; date=data; customer=cliente; user=usuari,utilizador; password=senha; account=conta; login=login,entrar;
permission=permiss; access=acesso; key=chave; secret=segredo; encrypt=criptograf,cifr; safe=segur; leak=vaz;
attack=ataque; order=pedido,encomend; invoice=fatura,nota; payment=pagament; cancel=cancel; book=reserv;
seat=assento,lugar; mail=mail,mails,correio; message=mensage; send=envi; receive=receb; file=arquivo,ficheiro;
upload=carreg,enviar arquivo; download=baix; image=imagem; report=relatori; job=tarefa; queue=fila;
every=cada,todas,todos; night=noite; day=dia; hour=hora; minute=minuto; second=segundo; week=semana; month=mes;
automatic=automatic; after=depois,apos; before=antes; during=durante,enquanto; slow=lent,demora,lento,lenta;
fast=rapid; hang=trav; freeze=congel; block=bloque; stop=para,parar; wait=esper; crash=cai,quebr; fail=falh;
error=erro; wrong=errad; lost=perd; gone=sum,desaparec; missing=falta; twice=duas vezes,duplic,dobr;
again=novamente; retry=tent; sometimes=vezes,as vezes; never=nunca; everyone=todo,tudo; others=outros,outras;
nobody=ninguem; two=dois,duas; simultaneous=simultane; parallel=paralel; limit=limit,maximo; many=muit,demais;
big=grande,enorme; small=pequen; old=antig,velh; new=nov; same=mesm; unknown=desconhec; reject=rejeit,recus;
check=verific,confer; validate=valid; review=revis,revej; change=mudanc,alter,alterac; merge=mescl,juntar,junto;
branch=ramo; rename=renome; add=adicion,acrescent; create=cri; delete=apag,exclu,delet; update=atualiz;
insert=inser; save=salv,guard; store=armazen; read=ler,leitura; write=escrev; load=carrega; lock=trava;
index=indice; downtime=indisponib; outage=queda; migration=migrac; rollback=voltar,desfaz; version=versao;
deploy=implant,publica,publicacao; restart=reinici; server=servidor; service=servico; system=sistema;
machine=maquina; build=constru; install=instal; package=pacote; dependency=dependenc; library=bibliotec;
environment=ambiente; configuration=configur; test=teste; alone=sozinh,isolad; together=junt; random=aleatori;
log=registro; trace=rastre; metric=metric; monitor=monitor; alert=alert,alarm; backup=copia;
restore=restaur,recuper; provider=provedor,fornecedor; external=extern; call=chamad; connection=conexao,ligac;
endpoint=rota; browser=navegador; function=funcao; class=classe; type=tipo; model=modelo; structure=estrutur;
layer=camada; tool=ferrament; memory=memoria; process=processo; background=segundo plano;
at the same time=ao mesmo tempo; at most=no maximo; at a time=por vez,de cada vez; one by one=um por um,uma por uma;
data=dados; address=endereco; open=abr,abert; start=inici,comec; end=fim; employee=funcionari,empregad;
ignore=ignor; token=token; see=ver,veem,veja; show=mostr; find=encontr; convert=convert; text=texto; comma=virgul;
empty=vazi; total=soma,total; price=preco; product=produto; search=busc,procur; sort=orden; status=estado;
progress=progress; incident=incident; on call=plantao; percent=cento; expired=expir; reset=redefin;
notify=avis,notific; publish=public; problem=problema; which=qual; production=producao; compute=calcul
"""

_RUSSIAN: Final = """
request=запрос; response=ответ; answer=отвеча,ответи; database=баз; table=таблиц; column=столб,колон; row=строк;
query=запрос; list=список,списк; page=страниц; form=форм; field=поле,поля,полей; value=значени; number=числ,номер;
date=дат; time=врем; customer=клиент,покупател; user=пользовател; password=парол;
account=аккаунт,учетн,учетная запись; login=вход,логин; permission=прав,разрешени; access=доступ; key=ключ;
secret=секрет; encrypt=шифр; safe=безопасн; leak=утеч; attack=атак; session=сесси; order=заказ; invoice=счет;
payment=платеж,плате,оплат; cancel=отмен; book=забронир,брон; seat=мест; mail=письм,почт; message=сообщени;
send=отправ,отправл; receive=получ; file=файл; upload=загру,загружа; download=скач; image=образ,картин;
report=отчет; export=экспорт; import=импорт; job=задач; queue=очеред; background=фон,фонов; schedule=расписан;
every=кажд; night=ноч; day=ден,дня; hour=час; minute=минут; second=секунд; week=недел; month=месяц;
automatic=автоматич; after=после; before=перед; during=врем; slow=медлен,тормоз; fast=быстр; hang=висит,висят,завис;
block=блокир; stop=останав,останов; stuck=застря,застрева; wait=ждет,ждут,ждать,жди; crash=пада,упал;
fail=пада,падает,провал; error=ошиб; wrong=неправил,неверн; broken=слома; lost=потер,теря; gone=пропа,исчез;
missing=отсутств,нехват; twice=дважд,двоит,два раза; again=снова,повторн; retry=повтор;
sometimes=иногда,время от времени; never=никогда; everyone=все,всех,остальные; others=друг,остальн; nobody=никто;
two=два,две,двое; simultaneous=одновременн; parallel=параллел; limit=огранич,лимит; many=много,слишком;
big=больш,огромн; small=маленьк; old=стар; new=нов; same=одинаков,тот,одно,одно и то же,тот же; unknown=неизвестн;
reject=отклон,отверг; check=провер; validate=валид; review=ревью,посмотр; change=измен,изменени,правк;
merge=слия,мерж; branch=ветк; colleague=коллег; rename=переимен; add=добав; create=созда,стро; delete=удал;
update=обнов; save=сохран; store=храни,хран; read=чита; write=пиш,запис; load=загруз; lock=блокировк; index=индекс;
downtime=просто,простоя; outage=авари,сбо; migration=миграц; rollback=откат; version=верси; release=релиз;
deploy=деплой,деплоя,развер,выкат; restart=перезапус; server=сервер; service=сервис,служб; machine=машин;
container=контейнер; build=сборк,собира; install=установ,устанавл; package=пакет; dependency=зависимост;
library=библиотек; module=модул; environment=окружен; configuration=конфиг,настройк; test=тест; alone=отдельн;
together=вместе,другим; random=случайн; log=лог,журнал; trace=трасс,отслед; metric=метрик; monitor=мониторинг;
alert=алерт,оповещ; backup=бэкап,резерв; restore=восстан; provider=провайдер,поставщик; external=внешн,сторонн;
call=вызов,вызыва; connection=соединен,подключ; timeout=таймаут; cache=кэш,кеш; endpoint=эндпоинт,ручк;
browser=браузер; function=функц; class=класс; type=тип; model=модел; structure=структур; layer=сло; tool=инструмент;
memory=памят; process=процесс; switch=перейти,переход; at most=не более,не больше; in the background=в фоне;
data=данн; address=адрес; open=откры; start=старт,запуск,запуска; end=конец,конца; employee=сотрудник;
ignore=игнорир; token=токен; see=видн,вид,видят; show=показ; find=найти,наход; which=какой,каких; convert=преобраз;
text=текст; comma=запят; empty=пуст; total=сумм,итог; price=цен; product=товар; search=поиск,иска; sort=сортиров;
status=статус; progress=прогресс; incident=инцидент; on call=дежур; percent=процент; expired=истек; reset=сброс;
notify=уведом; publish=публик,опублик; back=назад,верну; quickly=быстро; compute=счита,вычисл; problem=проблем
"""  # noqa: RUF001  Cyrillic is meant

_CHINESE: Final = """
request=请求; response=响应; answer=回复,回答; database=数据库; table=表; column=字段,列; row=行,条记录; query=查询;
list=列表; page=页面,页; form=表单; value=值; date=日期; customer=客户,顾客; user=用户; password=密码;
account=账号,账户; login=登录; logout=登出,退出登录; permission=权限; role=角色; access=访问; key=密钥; secret=机密;
encrypt=加密; safe=安全; leak=泄露,泄漏; attack=攻击; session=会话; order=订单; invoice=发票,账单;
payment=支付,付款; cancel=取消; book=预订,预约; seat=座位; mail=邮件; message=消息; send=发送,发; receive=收到;
file=文件; upload=上传; download=下载; image=镜像,图片; report=报告,报表; export=导出; import=导入; job=任务;
queue=队列; background=后台,放到后台; schedule=定时; every=每; night=晚上,夜里,半夜; day=天; hour=小时; minute=分钟;
second=秒; automatic=自动; after=之后,以后; before=之前,准备; slow=慢,很慢,变慢,太慢; fast=快; hang=卡;
block=阻塞,堵; stop=停,停止; wait=等,要等; crash=崩溃,挂了; fail=失败; error=报错,错误,出错; wrong=不对; lost=丢;
gone=消失,不见; missing=缺少; twice=两次,重复; again=又; retry=重试; sometimes=偶尔,有时; everyone=所有人,大家;
others=其他,别的,其他人; nobody=没人; simultaneous=同时; parallel=并行,并发; limit=限制,最多; too many=太多;
big=太大,很大,巨大,千万,百万; new=新; old=旧; same=同一; unknown=未知; reject=拒绝; check=检查; validate=校验,验证;
review=看看,审查,评审; change=改动,修改,更改; merge=合并; branch=分支; rename=重命名,改名; add=加,添加,增加;
create=创建,新建; delete=删除,删掉; update=更新; save=保存; store=存; read=读; write=写; lock=锁; index=索引;
downtime=停机; outage=故障,宕机; migration=迁移; rollback=回滚,回退; version=版本; release=发版;
deploy=部署,上线,发布; restart=重启; server=服务器; service=服务; machine=机器; container=容器; build=构建,编译;
install=安装; package=包; dependency=依赖; library=库; environment=环境; configuration=配置; test=测试; alone=单独;
together=一起; random=随机; log=日志; trace=追踪,跟踪,经过; metric=指标; monitor=监控; alert=告警,报警; backup=备份;
restore=恢复; third party=第三方; provider=供应商,服务商; external=外部; call=调用; connection=连接; timeout=超时;
cache=缓存; endpoint=接口; browser=浏览器; function=函数; class=类; type=类型; model=模型; structure=结构,目录结构;
tool=工具; memory=内存; loop=循环; thread=线程; process=进程; code=代码; not open=打不开; ignore=忽略; start=启动;
employee=员工; see=看到; silently=悄悄; data=数据; address=地址; open=打开; end=结束; token=令牌; convert=转换;
text=文本,字符串; empty=空; price=价格; product=商品,产品; search=搜索; sort=排序; status=状态; progress=进度;
percent=百分之; expired=过期; reset=重置; notify=通知; field=字段名; which=哪个; several times=多次,三次;
one by one=一个一个,逐个; online=在线; production=生产环境; exception=异常; traffic=流量; incident=事故;
on call=值班; organize=组织
"""

_JAPANESE: Final = """
request=リクエスト; response=レスポンス,応答; database=データベース; table=テーブル; column=カラム,列; row=行;
query=クエリ; list=一覧,リスト; page=ページ,画面; field=フィールド,項目; value=値; date=日付; customer=顧客,お客;
user=ユーザー,ユーザ; password=パスワード; account=アカウント; login=ログイン; permission=権限; access=アクセス;
key=キー,鍵; secret=シークレット; encrypt=暗号; safe=安全; leak=漏洩,漏れ; session=セッション; order=注文;
invoice=請求書; payment=支払,決済; cancel=キャンセル; book=予約; seat=席,座席; mail=メール; message=メッセージ;
send=送信,送; file=ファイル; upload=アップロード; download=ダウンロード; image=イメージ,画像; report=レポート;
export=エクスポート; job=ジョブ,タスク; queue=キュー; background=バックグラウンド; schedule=定期; every=毎;
night=夜,晩; automatic=自動; after=後; before=前,する前; slow=遅; long time=時間がかかる; fast=速; hang=固ま;
block=ブロック; stop=止ま,停止; wait=待; crash=クラッシュ; fail=失敗,落ち; error=エラー; wrong=間違; lost=失;
gone=消え; missing=足りない; twice=二重,二回,重複; again=再度; retry=リトライ,再試行; sometimes=たまに,時々;
everyone=全員,みんな; others=他; simultaneous=同時; parallel=並列,並行; limit=制限; too many=多すぎ;
big=大きすぎ,大き,巨大; new=新し; old=古; same=同じ; unknown=未知,不明; reject=拒否; check=チェック,確認;
validate=検証,バリデーション; review=レビュー; change=変更; merge=マージ; branch=ブランチ; rename=名前を変;
add=追加; create=作成,作; delete=削除; update=更新; save=保存; lock=ロック; index=インデックス; downtime=停止時間;
outage=障害; migration=マイグレーション,移行; rollback=ロールバック; version=バージョン; release=リリース;
deploy=デプロイ; restart=再起動; server=サーバー,サーバ; service=サービス; container=コンテナ; build=ビルド;
install=インストール; package=パッケージ; dependency=依存; library=ライブラリ; environment=環境; configuration=設定;
test=テスト; alone=単独,単体; together=全部,一緒; random=ランダム; log=ログ; trace=追跡,トレース; metric=メトリクス;
monitor=監視; alert=アラート; backup=バックアップ; restore=復元,リストア; external=外部; call=呼び出し;
connection=接続; timeout=タイムアウト; cache=キャッシュ; endpoint=エンドポイント; browser=ブラウザ; function=関数;
class=クラス; type=型; model=モデル; structure=構成,構造; memory=メモリ; loop=ループ; thread=スレッド;
process=プロセス; code=コード; ignore=無視; start=起動,開始; employee=社員,従業員; data=データ; address=アドレス;
open=開; end=終了; token=トークン; convert=変換; text=文字列,テキスト; empty=空; price=価格; product=商品;
search=検索; sort=ソート; status=状態,ステータス; progress=進捗; percent=パーセント; expired=期限切れ;
reset=リセット; notify=通知; which=どの; seconds=秒; every time=たびに; incident=インシデント; on call=オンコール;
production=本番; whole=全体; several times=三回,何度も
"""

_WRITTEN: Final[Mapping[str, str]] = {
    "de": _GERMAN,
    "fr": _FRENCH,
    "es": _SPANISH,
    "pt": _PORTUGUESE,
    "ru": _RUSSIAN,
    "zh": _CHINESE,
    "ja": _JAPANESE,
}


LANGUAGES: Final = frozenset(_WRITTEN)
"""The codes of the languages that there is a glossary for."""


@cache
def glossary(language: str) -> Mapping[str, str]:
    """The English of the words of a language; of a word with two, the first."""
    found: dict[str, str] = {}
    for entry in " ".join(_WRITTEN[language].split()).split(";"):
        english, _, others = entry.partition("=")
        for other in others.split(","):
            found.setdefault(other.strip(), english.strip())
    return found
